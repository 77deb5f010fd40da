"""InvenioRDM's own schema as a judge, run by a Python that has invenio-rdm-records.

Reads a list of drafts (JSON) from standard input and writes a list as long: what the schema keeps of each and
its errors. There is no server: words of vocabularies are not looked up.
"""

import json
import sys

from flask import Flask
from invenio_config.default import ALLOWED_HTML_ATTRS, ALLOWED_HTML_TAGS
from invenio_i18n import InvenioI18N
from invenio_rdm_records import config
from invenio_rdm_records.contrib.codemeta import CODEMETA_CUSTOM_FIELDS
from invenio_rdm_records.services.schemas import MetadataSchema
from marshmallow import Schema, fields


def main():
    """Judge all drafts in one application context."""
    app = Flask("judge")
    app.config.update({name: getattr(config, name) for name in dir(config) if name.startswith("RDM_")})
    app.config.update(ALLOWED_HTML_TAGS=ALLOWED_HTML_TAGS, ALLOWED_HTML_ATTRS=ALLOWED_HTML_ATTRS)
    InvenioI18N(app)
    custom = Schema.from_dict({field.name: field.field for field in CODEMETA_CUSTOM_FIELDS})
    draft = Schema.from_dict(
        {"metadata": fields.Nested(MetadataSchema), "custom_fields": fields.Nested(custom)}
    )
    with app.app_context():
        json.dump([judged(draft(), each) for each in json.load(sys.stdin)], sys.stdout, default=str)


def judged(schema, document):
    """What the schema keeps of a document, and what it says against it."""
    from marshmallow import ValidationError

    try:
        return {"data": schema.load(document), "errors": {}}
    except ValueError as error:  # a server would answer 500
        return {"data": {"metadata": {}}, "errors": {"": repr(error)}}
    except ValidationError as error:
        return {"data": error.valid_data, "errors": error.normalized_messages()}


if __name__ == "__main__":
    main()
