# The product without its tools: what it runs on is built in the first stage and copied into the second.
FROM python:3.12-slim AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY bin/_setup bin/_setup.py bin/
COPY requirements.txt requirements-dev.txt package.json package-lock.json ./
COPY static static
# Node, the front-end packages and the style sheet, by the same set-up as on a developer's machine.
RUN bin/_setup
COPY . .
# No service is called; settings.py wants to know where they would be.
RUN SECRET_KEY=build-only DATABASE_URL=postgres://build/build REDIS_URL=redis://build STATIC_ROOT=/srv/static \
    .venv/bin/python manage.py collectstatic --no-input
RUN python -m venv /opt/venv && /opt/venv/bin/pip install -r requirements.txt

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/srv/static HOST=0.0.0.0 PORT=8000
# What WeasyPrint sets PDFs with, and letters for what people write: other scripts and emoji too.
RUN apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    fonts-liberation fonts-dejavu-core fonts-noto-color-emoji && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin casework
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/static /srv/static
# The sources of what was collected: never served, but the system check wants to see them.
COPY --from=build /build/build build
COPY --from=build /build/node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js node_modules/govuk-frontend/dist/govuk/
COPY --from=build /build/node_modules/htmx.org/dist/htmx.min.js node_modules/htmx.org/dist/
COPY . .
USER casework
EXPOSE 8000
CMD ["gunicorn", "--config", "python:csproject.serving"]
