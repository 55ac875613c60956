from django.apps import AppConfig


class Ground(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  registers them
        from schools.common.floors import ask_apps

        ask_apps("access")  # the rules of `Visible` register themselves
        ask_apps("trail")  # and the acts that the audit log knows
