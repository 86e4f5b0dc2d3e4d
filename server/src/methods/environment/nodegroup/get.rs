//! A layer.

use std::borrow::Cow;
use std::mem;

use keyrack_wire::{AnyJson, Object};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::layer::Layer;
use super::super::params::{EnvName, LayerName};
use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

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

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Layer::json_schema(generator);
        schema.insert(
            "description".into(),
            json!("A layer, with the values that clients keep with it among its fields."),
        );
        schema.insert("additionalProperties".into(), json!(true));
        if let Some(Value::Object(fields)) = schema.get_mut("properties") {
            // Where none was set, a client may keep anything under this name.
            fields.insert("displayName".into(), json!({ "description": "What people call it, when that was set." }));
        }
        schema
    }
}

impl Method for Get {
    const NAME: &str = "environment.nodegroup.Get";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Environment;
    const CODES: &[Code] = &[Code::NotFound, Code::NoEnvironment];
    type Answer = Object<LayerWithData>;

    async fn run(self, call: &Call) -> Result<Object<LayerWithData>, ApiError> {
        let (name, group) = (&self.env_name, &self.node_group.0);
        let mut found = call.keyrack.environments.read_layer(&call.caller, &call.client, name, group).await?;
        let data = mem::take(&mut found.data);
        let mut object = json!(Layer::from(found));
        for (key, value) in data {
            // Data of the same name cannot replace what the layer has itself.
            if object.get(&key).is_none() {
                object[key] = value;
            }
        }
        Ok(Object { object: LayerWithData(object.into()) })
    }
}
