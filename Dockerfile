FROM debian:12-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv ca-certificates fontconfig \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/xinyu xinyu \
    && chmod 700 /var/lib/xinyu

WORKDIR /srv/xinyu
COPY requirements/run.txt requirements/run.txt
RUN python3 -m venv /srv/venv && /srv/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1

COPY . .
# No data is touched here, so no real key is needed.
RUN export SECRET_KEY=build FIELD_KEYS=build AUDIT_KEY=build LOOKUP_KEY=build DJANGO_ENV=build VAR_DIR=/tmp/var \
    && python manage.py translations \
    && python manage.py collectstatic --no-input \
    && rm -rf /tmp/var

USER xinyu
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "3", "--threads", "8"]
