"""The mechanism of registers: what one is, who may do what with a row, its acts, pages and sheets."""
