import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from config.start import refuse_demo  # noqa: E402  after the apps are ready

refuse_demo(needs_answer=True)
