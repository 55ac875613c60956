"""Three weeks of class barometers in the first school: mostly calm, one week that worries and names nobody."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

from config.demo.network import DemoSchool, Ids
from reports.barometer import A_LITTLE, NO, QUESTIONS, YES, is_worrying
from reports.models import Barometer

CLASSES, WEEKS = 12, 3
SHANGHAI = ZoneInfo("Asia/Shanghai")
WORDS = "体育课分组时总有一位同学没人愿意一组，这两周都这样。"


def add_barometers(school: DemoSchool, today: dt.date, *, dormitories: tuple[str, ...] = ()) -> None:
    """Of each class, and of so many dormitories of it."""
    rng, ids = random.Random("barometers"), Ids(11)
    monday = today - dt.timedelta(days=today.weekday())
    rows = []
    for back in range(1, WEEKS + 1):
        week = monday - dt.timedelta(weeks=back)
        filed = dt.datetime.combine(week + dt.timedelta(days=4), dt.time(12, 30), SHANGHAI)
        places = [(group, room) for group in school.classes[:CLASSES] for room in ("", *dormitories)]
        for number, (group, room) in enumerate(places):
            answers = {code: A_LITTLE if rng.random() < 0.12 else NO for code in QUESTIONS}
            is_bad = back == 1 and number == 4
            if is_bad:
                answers["alone"] = answers["help"] = YES
            about = {"class_group": group, "dormitory": room, "week": week, "filed_at": filed}
            row = Barometer(id=ids(), answers=answers, **about)
            row.is_worrying = is_worrying(answers)
            row.words = WORDS if is_bad else ""
            rows.append(row)
    Barometer.objects.bulk_create(rows)
