"""What policy asks for, as dated packs. A threshold is called a rule only where its public source was read."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Threshold:
    """What a ratio or figure should reach from a day on. `is_rule`: read in the source; else a setting to check."""

    code: str
    about: str  # code of the figure or ratio
    since: dt.date
    source_zh: str
    source_en: str
    at_least: float | None = None
    at_most: float | None = None
    is_rule: bool = False
    # Only where every unit the figure is about has this stage; empty means everywhere.
    stage: str = ""


PLAN_2023 = "全面加强和改进新时代学生心理健康工作专项行动计划（2023—2025年）"
GUIDE_2015 = "中小学心理辅导室建设指南（2015）"

THRESHOLDS = [
    Threshold(
        code="P1",
        about="schools_with_counselor_share",
        since=dt.date(2023, 1, 1),
        at_least=0.95,
        source_zh=f"{PLAN_2023}，工作目标",
        source_en="Action plan of seventeen ministries on students' mental health (2023–2025), goals",
        is_rule=True,
    ),
    Threshold(
        code="P2",
        about="counselors",
        since=dt.date(2015, 1, 1),
        at_least=1,
        source_zh=f"{GUIDE_2015}：至少应配备一名专职或兼职心理健康教育教师",
        source_en="Guide for counseling rooms of schools (2015): at least one full-time or part-time teacher",
        is_rule=True,
    ),
    Threshold(
        code="P3",
        about="students_per_counselor",
        since=dt.date(2018, 1, 1),
        at_most=4000,
        source_zh="高等学校学生心理健康教育指导纲要（2018）：师生比不低于1:4000",
        source_en="Guidelines for mental-health education at universities (2018): one in 4,000",
        stage="university",
    ),
]
