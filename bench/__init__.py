"""`make bench`: what the machine does with our code beside what it does without it. Prints ratios; asserts nothing."""
