"""Sentences for what is wrong with a roster: what it is and what to do. Files as a whole: `schools.unreadable`."""

from typing import Any

from django.utils.translation import gettext_lazy

# From students.roster, row by row.
ROWS: dict[str, Any] = {
    "name_missing": gettext_lazy("The name is missing. Every student needs one."),
    "class_missing": gettext_lazy("The class is missing. Fill it in, so that the student has a class."),
    "gender_unreadable": gettext_lazy("This is no gender. Write the Chinese word for male or female, or 1 or 2."),
    "birth_unreadable": gettext_lazy("This is no date of birth. Write it like 2015-09-01 or 20150901."),
    "birth_only_month": gettext_lazy(
        "The day of this date of birth is missing, so it is left out. Write it like 2015-09-01."
    ),
    "birth_in_future": gettext_lazy("This date of birth has not come yet. Check the year."),
    "birth_unlikely": gettext_lazy("This date of birth is unlikely for a student. Check the year."),
    "id_ruined": gettext_lazy(
        "Excel has cut off the last digits of this identity number. Format the column as text and enter it again."
    ),
    "id_checksum": gettext_lazy(
        "The check digit of this identity number is wrong, so at least one digit is wrong. Compare it with the paper."
    ),
    "id_length": gettext_lazy(
        "An identity number has 18 characters, this one has %(length)s. For another kind of paper, fill in the kind."
    ),
    "id_characters": gettext_lazy("An identity number has 17 digits, and a digit or X at the end."),
    "id_region": gettext_lazy("No region has the first two digits of this identity number. Compare it with the paper."),
    "id_birth": gettext_lazy(
        "The digits 7 to 14 of this identity number are no date of birth. Compare it with the paper."
    ),
    "id_empty": gettext_lazy("The identity number has no digits. Fill it in or leave the cell empty."),
    "id_birth_mismatch": gettext_lazy("The date of birth is not the one in the identity number. Check both."),
    "id_gender_mismatch": gettext_lazy("The gender is not the one in the identity number. Check both."),
    "registry_format": gettext_lazy(
        "This is no national registry number (G, J or L and 18 characters). It is kept as the auxiliary number."
    ),
    "registry_checksum": gettext_lazy(
        "The check digit of this registry number is wrong, so some digit is wrong. Copy it from the registry again."
    ),
    "registry_birth": gettext_lazy(
        "The date of birth in this registry number does not exist. Copy it from the registry again."
    ),
    "registry_ruined": gettext_lazy(
        "Excel has cut off the last digits of this registry number. Format the column as text and enter it again."
    ),
    "registry_id_mismatch": gettext_lazy("The registry number is made of another identity number. Check both."),
    "number_repeated": gettext_lazy("Row %(other_row)s of the same class has the same student number. Check both."),
    "duplicate_in_file": gettext_lazy("The same student is already in row %(other_row)s. Delete one of the two rows."),
    "ethnicity_unknown": gettext_lazy("This ethnic group is not known, so it is left out. Write its name or its code."),
    "entry_unreadable": gettext_lazy("This is no date, so it is left out. Write it like 2021-09 or 202109."),
    "guardian_id_invalid": gettext_lazy("This identity number of a family member is wrong, so it is left out."),
    "filled_down": gettext_lazy(
        "Only the first row of each block has a value in this column; the rows below were given the same one."
    ),
    "column_missing": gettext_lazy(
        "The file has no column for the class. Known students stay in their class, new ones have none at first."
    ),
}
# Found later, when the rows are compared with the school.
SCHOOL: dict[str, Any] = {
    "class_unreadable": gettext_lazy(
        "This is no name of a class. Write the grade in one column and the class in another."
    ),
    "class_named": gettext_lazy(
        "Classes are told apart by their number, and this one has a word or a letter. "
        "Write the number that the class has in the grade, such as 5, in place of it."
    ),
    "class_no_grade": gettext_lazy("The grade of this class is not clear. Add a column for the grade."),
    "class_no_number": gettext_lazy("The number of this class is not clear. Write it as a number."),
    "class_conflict": gettext_lazy("Grade, class and year of entry contradict one another. Check them."),
    "class_ambiguous": gettext_lazy("More than one class of the school could be meant. Write the grade in full."),
    "class_closed": gettext_lazy("This class was closed by hand. Open it again under Classes, or correct the file."),
    "class_not_taught": gettext_lazy("The school does not teach this grade. Check the grade and the school's stages."),
    "department_unknown": gettext_lazy(
        "No department of the school has this name. Correct it, or have the department added under Units first."
    ),
    "department_ambiguous": gettext_lazy(
        "More than one department of the school has this name. Write the code of the one that is meant."
    ),
    "department_conflict": gettext_lazy(
        "Another row puts the same class into another department. Check the class and the department of both."
    ),
    "school_other": gettext_lazy("This row belongs to another school. Import it there."),
    "school_unknown": gettext_lazy("No school has this code. Check the code of the school."),
    "school_missing": gettext_lazy("The code of the school is missing, so it is not clear where this student belongs."),
    "two_students": gettext_lazy(
        "The registry number belongs to one known student and the identity number to another. Check both."
    ),
    "records_closed": gettext_lazy(
        "This student was here before, and the records are closed. A leader puts them on the roll by hand."
    ),
    "ambiguous_student": gettext_lazy(
        "Several students of the school look like this one. Add the registry number or the identity number."
    ),
}
PROBLEMS: dict[str, Any] = {**ROWS, **SCHOOL}
