//! `keyrack doctor`: what keeps nodes apart on this machine, and what is missing.

use std::path::{Path, PathBuf};

use clap::Args;
use keyrack_domain::engine::local::{Level, LocalEngine, Wall, examine};

use super::{DataOptions, Failure};

#[derive(Args)]
pub struct Doctor {
    /// Nodes' folders lie in the data folder; where there is none yet, another place is taken
    #[command(flatten)]
    data_options: DataOptions,
}

impl Doctor {
    pub fn run(self) -> Result<(), Failure> {
        let place = Place::of(&self.data_options.data).map_err(Failure::start)?;
        let walls = examine(&LocalEngine::this_program(), place.path());
        let level = Level::of(&walls);
        let width = walls.iter().map(|wall| wall.name.len()).max().unwrap_or_default();
        for wall in &walls {
            println!("{}", line(wall, width));
        }
        match level {
            Level::Walled => {
                println!("walled: nodes run what their owners write");
                Ok(())
            }
            Level::NotWalled(_) => {
                println!("not walled: only built-in programs run; commands, Exec methods and recipes are off");
                Err(Failure::refused(format_args!("nodes are {level}")))
            }
        }
    }
}

fn line(wall: &Wall, width: usize) -> String {
    let (word, text) = match (&wall.state, wall.needed) {
        (Ok(text), _) => ("have   ", text),
        (Err(text), true) => ("MISSING", text),
        (Err(text), false) => ("without", text),
    };
    format!("{:width$}  {word}  {text}", wall.name)
}

/// The data folder, or one that is there for the time being.
enum Place {
    Data(PathBuf),
    Temporary(PathBuf),
}

impl Place {
    fn of(data: &Path) -> std::io::Result<Place> {
        if data.is_dir() {
            return Ok(Place::Data(data.to_owned()));
        }
        let temporary = std::env::temp_dir().join(format!("keyrack-doctor-{}", std::process::id()));
        std::fs::create_dir(&temporary)?;
        Ok(Place::Temporary(temporary))
    }

    fn path(&self) -> &Path {
        let (Place::Data(path) | Place::Temporary(path)) = self;
        path
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Place::Temporary(path) = self {
            let _ = std::fs::remove_dir(path);
        }
    }
}
