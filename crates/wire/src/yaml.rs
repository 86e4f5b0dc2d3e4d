//! YAML that clients write: the parser stops as soon as a text turns out to be larger than what is taken, so that nothing is
//! made of it. A few lines can stand for gigabytes by aliases of aliases.

use serde::de::DeserializeOwned;
use serde_saphyr::Options;

/// How much a document may stand for.
#[derive(Clone, Copy)]
pub struct Size {
    /// Levels inside each other.
    pub depth: usize,
    /// Values, those that aliases stand for included.
    pub values: usize,
    /// Bytes of all texts.
    pub bytes: usize,
}

impl Size {
    /// Options that hold a document to this.
    pub fn options(self) -> Options {
        serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_depth: self.depth,
                flow_nesting_limit: self.depth,
                max_documents: 1,
                max_events: 2 * self.values,
                max_nodes: self.values,
                max_aliases: 100,
                max_anchors: 100,
                max_recorded_anchor_events: self.values,
                max_recorded_anchor_bytes: self.bytes,
                max_total_scalar_bytes: self.bytes,
                max_merge_keys: 100,
            },
            alias_limits: serde_saphyr::alias_limits! {
                max_total_replayed_events: self.values,
                max_replay_stack_depth: 8,
            },
        }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// What is wrong with it; where it is too large, how large it can be.
    pub fn read<T: DeserializeOwned>(self, text: &str, options: Options) -> Result<T, String> {
        serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let error = error.without_snippet();
            let why = error.to_string();
            // Lists in brackets have a count of their own in the parser, which says only that it is exceeded.
            if matches!(error, serde_saphyr::Error::Budget { .. }) || why.contains("limit exceeded") {
                let Size { depth, values, bytes } = self;
                return format!("{why}: at most {depth} levels, {values} values and {bytes} bytes of text");
            }
            why
        })
    }
}
