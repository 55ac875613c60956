"""Names of classes and grades. A class is (stage, entry year, number); what people call it follows the date.

2021级1班 keeps its name; the same class is 三(1)班 this school year and 四(1)班 the next. Grades rise on 1 September.
"""

from schools.classnames.grades import (
    LONGEST_PREFIX,
    WITH_DEPARTMENTS,
    ClassKey,
    Stage,
    UnknownClass,
    grade_in_stage,
    grades_before,
    is_enrolled,
    school_year,
    years_of,
)
from schools.classnames.reading import parse_class
from schools.classnames.writing import cohort_name, display_name, grade_name, short_name

__all__ = [
    "LONGEST_PREFIX",
    "WITH_DEPARTMENTS",
    "ClassKey",
    "Stage",
    "UnknownClass",
    "cohort_name",
    "display_name",
    "grade_in_stage",
    "grade_name",
    "grades_before",
    "is_enrolled",
    "parse_class",
    "school_year",
    "short_name",
    "years_of",
]
