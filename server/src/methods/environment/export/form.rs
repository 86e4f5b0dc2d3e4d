//! What a manifest says, and what the domain knows of an environment.

use keyrack_domain::environments::{Description, LayerDescription};
use keyrack_wire::platform::{Export, ExportedLayer};

/// An environment as a manifest says it.
pub fn exported(description: Description) -> Export {
    let Description { spec, groups, layers, properties } = description;
    let layer = |LayerDescription { display_name, data }| ExportedLayer { display_name, data };
    let layers = layers.into_iter().map(|(name, facts)| (name, layer(facts))).collect();
    Export { spec, groups, layers, properties }
}

/// The environment that a manifest describes.
pub fn described(export: Export) -> Description {
    let Export { spec, groups, layers, properties } = export;
    let layer = |ExportedLayer { display_name, data }| LayerDescription { display_name, data };
    let layers = layers.into_iter().map(|(name, facts)| (name, layer(facts))).collect();
    Description { spec, groups, layers, properties }
}
