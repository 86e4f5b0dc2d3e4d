//! The settings that a manifest asks for: forms of fields, and the values that are given for them.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::steps::invalid;
use keyrack_core::error::{Error, Result};
use keyrack_core::field;

/// The form that is filled in at the installation.
const MAIN: &str = "main";

/// All forms of a manifest, by name.
#[derive(Clone, Debug, Default)]
pub struct Forms(Vec<(String, Form)>);

/// One form.
#[derive(Clone, Debug)]
pub struct Form {
    fields: Vec<Field>,
}

#[derive(Clone, Debug)]
struct Field {
    name: String,
    required: bool,
    /// Its value must not be returned again.
    secret: bool,
    default: Option<Document>,
    /// As written, for who shows it.
    whole: Document,
}

impl Forms {
    /// Reads `settings`: a form, or several by their names.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `jps`, with the way to what is wrong.
    pub fn read(settings: Option<&Document>) -> Result<Forms> {
        let Some(settings) = settings else { return Ok(Forms::default()) };
        if settings.get("fields").is_some() {
            return Ok(Forms(vec![(MAIN.to_owned(), Form::read("settings", settings)?)]));
        }
        match settings {
            Document::Mapping(pairs) => pairs
                .iter()
                .map(|(name, form)| Ok((name.clone(), Form::read(&format!("settings.{name}"), form)?)))
                .collect::<Result<_>>()
                .map(Forms),
            _ => Err(invalid("settings", "it has to be a mapping with fields")),
        }
    }

    /// The form with this name; without one, the form of the installation.
    pub fn form(&self, id: Option<&str>) -> Option<&Form> {
        let id = id.unwrap_or(MAIN);
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(id)).map(|(_, form)| form)
    }
}

impl Form {
    fn read(at: &str, form: &Document) -> Result<Form> {
        let fields = match form.get("fields") {
            Some(Document::List(fields)) => fields,
            _ => return Err(invalid(&format!("{at}.fields"), "it has to be a list of fields")),
        };
        let mut read = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let at = format!("{at}.fields[{index}]");
            if !matches!(field, Document::Mapping(_)) {
                return Err(invalid(&at, "it has to be a mapping"));
            }
            let text = |key: &str| field.get(key).and_then(Document::scalar).map(|text| text.to_lowercase());
            // What only shows something has no name.
            let Some(name) = field.get("name").and_then(Document::scalar) else { continue };
            let secret = [text("inputType"), text("type")].iter().flatten().any(|kind| kind == "password");
            read.push(Field {
                name,
                required: text("required").as_deref() == Some("true"),
                secret,
                default: field.get("default").or_else(|| field.get("value")).cloned(),
                whole: field.clone(),
            });
        }
        Ok(Form { fields: read })
    }

    /// The values that count when these are given; defaults still have their placeholders.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `settings` when one that is required is missing.
    pub fn defaults(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.fields.iter().filter_map(|field| Some((field.name.as_str(), field.default.as_ref()?)))
    }

    /// Whether everything that has to be there is there.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `settings`, naming the first that is missing.
    pub fn check(&self, values: &Map<String, Value>) -> Result<()> {
        let is_there = |name: &str| values.get(name).is_some_and(|value| !value.is_null() && value != "");
        match self.fields.iter().find(|field| field.required && !is_there(&field.name)) {
            Some(field) => {
                Err(Error::invalid(field::App::Settings, format!("settings.{}: it is required", field.name)))
            }
            None => Ok(()),
        }
    }

    /// The form with the values that are set now; secrets are left out.
    pub fn shown(&self, values: &Map<String, Value>) -> Value {
        let field = |field: &Field| {
            let mut shown = field.whole.to_json();
            match values.get(&field.name).filter(|_| !field.secret) {
                Some(value) => shown["value"] = value.clone(),
                None if field.secret => {
                    for key in ["default", "value"] {
                        shown.as_object_mut().map(|shown| shown.remove(key));
                    }
                }
                None => {}
            }
            shown
        };
        json!({ "fields": self.fields.iter().map(field).collect::<Vec<_>>() })
    }
}
