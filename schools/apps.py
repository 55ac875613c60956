from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "schools"

    def ready(self) -> None:
        from schools.accounts.factor_secrets import bind_to_owners
        from schools.accounts.used_codes import remember_used_codes

        bind_to_owners()
        remember_used_codes()
