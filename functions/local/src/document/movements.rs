//! The body of `updateWallet` as one schema for each type of movement, so that a typed client
//! cannot leave out what the type needs, nor send what it does not take.

use serde_json::{Map, Value, json};
use wallet::FIELDS_OF_TYPES;

const NAME: &str = "WalletRequest";

/// Replaces the schema with all fields by a union that `type` tells apart.
pub(super) fn split_by_type(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let whole = schemas[NAME].clone();
    let (mut choices, mut mapping) = (Vec::new(), Map::new());
    for fields in FIELDS_OF_TYPES {
        let kind = fields.kind.name();
        let (first, rest) = kind.split_at(1);
        let name = format!("{}{rest}Request", first.to_uppercase());
        let place = format!("#/components/schemas/{name}");
        let taken = fields.needed.iter().chain(fields.taken);
        let mut properties: Map<String, Value> =
            taken.map(|field| ((*field).to_owned(), whole["properties"][*field].clone())).collect();
        properties.insert("type".to_owned(), json!({"type": "string", "enum": [kind]}));
        properties.sort_keys();
        let required: Vec<&str> = ["type"].iter().chain(fields.needed).copied().collect();
        choices.push(json!({"$ref": place}));
        mapping.insert(kind.to_owned(), place.into());
        schemas.insert(
            name,
            json!({
                "type": "object", "description": fields.kind.about(), "required": required,
                "properties": properties,
            }),
        );
    }
    schemas[NAME] = json!({
        "description": whole["description"],
        "oneOf": choices,
        "discriminator": {"propertyName": "type", "mapping": mapping},
    });
}
