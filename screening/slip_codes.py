"""The codes and PINs of slips and the codes of guardians' links: made anew from the key of the installation whenever
they are printed, never stored."""

from schools.common import crypto
from screening.models import ConsentLink, RoundClass, Slip

CODE_LENGTH = 20  # 80 bits
PIN_LENGTH = 6


def code_of(slip: Slip) -> str:
    return crypto.lookup_hash(f"{slip.pk}|{slip.issue}", purpose="slip code")[:CODE_LENGTH]


def pin_of(slip: Slip) -> str:
    number = int(crypto.lookup_hash(f"{slip.pk}|{slip.issue}", purpose="slip pin"), 16)
    return f"{number % 10**PIN_LENGTH:0{PIN_LENGTH}}"


def whose(slip: Slip) -> str:
    """By this the page of a student knows what it sent before, also under an earlier issue. It opens nothing."""
    return crypto.lookup_hash(str(slip.pk), purpose="slip in a tab")[:CODE_LENGTH]


def class_code_of(row: RoundClass) -> str:
    return crypto.lookup_hash(f"{row.round_id}|{row.class_group_id}", purpose="class code")[:CODE_LENGTH]


def link_code_of(link: ConsentLink) -> str:
    return crypto.lookup_hash(f"{link.pk}|{link.issue}", purpose="consent code")[:CODE_LENGTH]


def hash_of(code: str) -> str:
    """What the table keeps of a code."""
    return crypto.lookup_hash(code, purpose="slip")
