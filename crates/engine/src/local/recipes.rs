//! What nodes of this machine can run: recipes, named like images.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{EngineError, ImageRef, Template};

/// The image that every server has: a small web application, answered by the program itself.
pub const BUILT_IN: &str = "keyrack/web";
const BUILT_IN_TAGS: [&str; 3] = ["1", "2", "latest"];

/// A recipe as an operator writes it in `<data>/recipes/*.toml`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Like an image's name, without a tag: `acme/php`.
    pub name: String,
    #[serde(default)]
    pub summary: String,
    /// The tags that it is offered with; the node gets the chosen one as `KEYRACK_TAG`.
    #[serde(default = "latest")]
    pub tags: Vec<String>,
    /// The program: an absolute path, or a name to be found in the node's `PATH`.
    pub command: String,
    /// Its arguments; `${NAME}` becomes the value of the node's variable with that name, `${PORT}` above all.
    #[serde(default)]
    pub args: Vec<String>,
    /// Variables that nodes get unless their owner sets them.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Whether it answers on the node's port.
    #[serde(default)]
    pub port: bool,
    /// Files and folders outside the system's own that it has to read or execute.
    #[serde(default)]
    pub read: Vec<PathBuf>,
}

fn latest() -> Vec<String> {
    vec!["latest".to_owned()]
}

/// What to run for an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// The web application inside this program.
    BuiltIn,
    Recipe(Recipe),
}

impl Program {
    /// Whether it answers on the node's port.
    pub fn listens(&self) -> bool {
        match self {
            Program::BuiltIn => true,
            Program::Recipe(recipe) => recipe.port,
        }
    }
}

/// The built-in image and the operator's recipes in this folder, read afresh each time: a new recipe needs no restart.
#[derive(Clone, Debug)]
pub struct Recipes {
    folder: PathBuf,
}

impl Recipes {
    /// The recipes in this folder, which need not exist.
    pub fn in_folder(folder: PathBuf) -> Recipes {
        Recipes { folder }
    }

    /// Everything that can be run, the built-in first.
    pub fn templates(&self) -> Vec<Template> {
        let built_in = Template {
            name: BUILT_IN.to_owned(),
            summary: "A small web application that shows its environment and serves the files in www/".to_owned(),
            tags: BUILT_IN_TAGS.map(str::to_owned).to_vec(),
            listens: true,
        };
        let own = self.read().into_iter().map(|recipe| Template {
            name: recipe.name,
            summary: recipe.summary,
            tags: recipe.tags,
            listens: recipe.port,
        });
        std::iter::once(built_in).chain(own).collect()
    }

    /// Finds what to run.
    ///
    /// # Errors
    /// [`EngineError::UnknownImage`] naming the images (or tags) that there are.
    pub fn find(&self, image: &ImageRef) -> Result<Program, EngineError> {
        if image.name == BUILT_IN {
            return Ok(Program::BuiltIn);
        }
        let recipes = self.read();
        let Some(recipe) = recipes.iter().find(|recipe| recipe.name == image.name) else {
            let names: Vec<&str> =
                std::iter::once(BUILT_IN).chain(recipes.iter().map(|recipe| recipe.name.as_str())).collect();
            return Err(EngineError::UnknownImage(format!(
                "there is no image “{}” on this server; there is: {}",
                image.name,
                names.join(", ")
            )));
        };
        if !recipe.tags.contains(&image.tag) {
            return Err(EngineError::UnknownImage(format!(
                "image “{}” has no tag “{}”; it has: {}",
                image.name,
                image.tag,
                recipe.tags.join(", ")
            )));
        }
        Ok(Program::Recipe(recipe.clone()))
    }

    /// All readable recipes, sorted by name; of two with one name the first file wins.
    fn read(&self) -> Vec<Recipe> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let mut files: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "toml"))
            .collect();
        files.sort();
        let mut recipes: Vec<Recipe> = Vec::new();
        for file in files {
            match read_one(&file) {
                Ok(recipe) if recipe.name == BUILT_IN || recipes.iter().any(|other| other.name == recipe.name) => {
                    tracing::warn!(file = %file.display(), name = recipe.name, "a recipe's name is taken; the file is left out");
                }
                Ok(recipe) => recipes.push(recipe),
                Err(error) => {
                    tracing::warn!(file = %file.display(), %error, "a recipe cannot be read; the file is left out")
                }
            }
        }
        recipes.sort_by(|a, b| a.name.cmp(&b.name));
        recipes
    }
}

fn read_one(file: &Path) -> Result<Recipe, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let recipe: Recipe = toml::from_str(&text).map_err(|error| error.to_string())?;
    for tag in &recipe.tags {
        ImageRef::parse(&format!("{}:{tag}", recipe.name))?;
    }
    Ok(recipe)
}

/// Puts the node's variables in the place of `${NAME}`; unknown names become empty.
pub fn fill(argument: &str, variables: &BTreeMap<String, String>) -> String {
    let mut filled = String::with_capacity(argument.len());
    let mut rest = argument;
    while let Some((before, after)) = rest.split_once("${") {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, tail)) => {
                filled.push_str(variables.get(name).map_or("", String::as_str));
                rest = tail;
            }
            None => {
                filled.push_str("${");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipes(files: &[(&str, &str)]) -> (tempfile::TempDir, Recipes) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let recipes = Recipes::in_folder(folder.path().to_owned());
        (folder, recipes)
    }

    fn image(text: &str) -> ImageRef {
        ImageRef::parse(text).unwrap()
    }

    #[test]
    fn the_built_in_takes_any_tag_and_recipes_theirs() {
        let (_folder, recipes) =
            recipes(&[("php.toml", "name = \"acme/php\"\ntags = [\"8.3\", \"8.4\"]\ncommand = \"php\"\nport = true")]);
        assert_eq!(recipes.find(&image("keyrack/web:anything-1.0")), Ok(Program::BuiltIn));
        assert!(recipes.find(&image("acme/php:8.4")).unwrap().listens());
        let refused = recipes.find(&image("acme/php:9")).unwrap_err().to_string();
        assert!(refused.contains("8.3, 8.4"), "{refused}");
        let refused = recipes.find(&image("acme/ruby")).unwrap_err().to_string();
        assert!(refused.contains("keyrack/web, acme/php"), "{refused}");
    }

    #[test]
    fn a_broken_recipe_is_left_out_and_harms_no_other() {
        let (_folder, recipes) = recipes(&[
            ("a.toml", "name = \"broken\"\ncommand = 7"),
            ("b.toml", "name = \"keyrack/web\"\ncommand = \"sh\""),
            ("c.toml", "name = \"good\"\ncommand = \"sh\"\n[env]\nA = \"1\""),
            ("d.txt", "name = \"other\"\ncommand = \"sh\""),
            ("e.toml", "name = \"typo\"\ncommand = \"sh\"\nports = true"),
        ]);
        let names: Vec<_> = recipes.templates().into_iter().map(|template| template.name).collect();
        assert_eq!(names, ["keyrack/web", "good"]);
    }

    #[test]
    fn arguments_are_filled_from_the_variables() {
        let variables = BTreeMap::from([("PORT".to_owned(), "31000".to_owned())]);
        assert_eq!(fill("127.0.0.1:${PORT}/${NONE}x", &variables), "127.0.0.1:31000/x");
        assert_eq!(fill("$PORT ${PORT", &variables), "$PORT ${PORT");
    }
}
