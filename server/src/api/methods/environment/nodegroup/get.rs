//! A layer.

use std::borrow::Cow;

use keyrack_wire::{AnyJson, Object};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::super::bean::layer;
use super::super::params::{EnvName, LayerName};
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::method::{Method, Right};
use crate::api::registry::Effect;

/// Tells what is known of a layer, with what clients keep with it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Get {
    env_name: EnvName,
    node_group: LayerName,
}

/// A layer, with the values that clients keep with it among its fields.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct LayerWithData(AnyJson);

impl JsonSchema for LayerWithData {
    fn schema_name() -> Cow<'static, str> {
        "LayerWithData".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A layer, with the values that clients keep with it among its fields.",
            "type": "object",
            "properties": {
                "name": { "type": "string" },
                "displayName": { "type": "string", "description": "What people call it, when that was set." },
            },
            "required": ["name"],
            "additionalProperties": true,
            "examples": [{ "name": "cp", "displayName": "Front", "owner": "web" }],
        })
    }
}

impl Method for Get {
    const NAME: &str = "environment.nodegroup.Get";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Object<LayerWithData>;

    async fn run(self, call: &Call) -> Result<Object<LayerWithData>, ApiError> {
        let (name, group) = (&self.env_name, &self.node_group.0);
        let found = call.keyrack.environments.read_layer(&call.caller, &call.client, name, group).await?;
        let mut object = layer(&found);
        for (key, value) in found.data {
            // What is so cannot be told otherwise.
            if object.get(&key).is_none_or(|known| known.is_null()) {
                object[key] = value;
            }
        }
        Ok(Object { object: LayerWithData(object.into()) })
    }
}
