//! Reads a folder of manifests into a register, without yet asking whether its parts fit together.

mod announced;
mod dataset;
mod field;
mod insights;
mod masking;
mod organisation;
mod reader;
mod rules;
mod set_aside;
mod system;
mod yaml;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use reader::Map;

use super::{Place, Register, finding::Report};

/// Resources of fideslang that say nothing about our subject.
const OTHER_RESOURCES: &[&str] = &[
    "organization",
    "policy",
    "data_subject",
    "registry",
    "evaluation",
];

/// What the files say together.
#[derive(Default)]
pub(super) struct Manifests {
    pub(super) register: Register,
    /// Keys of `data_category:`, which add to fideslang's own.
    pub(super) custom_categories: Vec<String>,
    /// Keys of `data_use:`, which do the same.
    pub(super) custom_uses: Vec<String>,
    /// Where the organisation is declared.
    organisation_at: Option<Place>,
    /// Their names, in the order in which they were read.
    pub(super) files: Vec<Arc<str>>,
}

impl Manifests {
    /// Adds what one file says.
    pub(super) fn read(&mut self, file: &str, text: &str, report: &Report) {
        let place = Place {
            file: Arc::from(file),
            line: 1,
            path: String::new(),
        };
        self.files.push(place.file.clone());
        match yaml::parse(text) {
            Ok(documents) => {
                for document in &documents {
                    self.read_document(document, place.clone(), report);
                }
            }
            Err((line, wrong)) => report.fault(&Place { line, ..place }, wrong, "valid YAML"),
        }
    }

    fn read_document(&mut self, root: &yaml::Node, place: Place, report: &Report) {
        let Some(map) = Map::open(root, place, report) else {
            return;
        };
        for dataset in map.maps("dataset", "fides_key") {
            self.register.datasets.push(dataset::read(dataset));
        }
        for system in map.maps("system", "fides_key") {
            let (system, activities) = system::read(system);
            self.register.systems.push(system);
            self.register.activities.extend(activities);
        }
        for category in map.maps("data_category", "fides_key") {
            self.custom_categories
                .push(category.needed_text("fides_key"));
        }
        for data_use in map.maps("data_use", "fides_key") {
            self.custom_uses.extend(data_use.text("fides_key"));
        }
        if let Some(candor) = map.map("candor") {
            organisation::read(&candor, &mut self.register, &mut self.organisation_at);
            candor.finish(&[]);
        }
        map.finish(OTHER_RESOURCES);
    }
}

/// One file, or all `.yml` and `.yaml` files of a folder and the folders in it, as path from the folder and text, by name. A
/// file that cannot be read has the reason in place of its text.
pub(super) fn files(folder: &Path) -> io::Result<Vec<(String, io::Result<String>)>> {
    let mut paths = Vec::new();
    if folder.is_file() {
        paths.push(folder.to_owned());
    } else {
        collect(folder, &mut paths)?;
    }
    paths.sort();
    let read = |path: PathBuf| {
        let below = path.strip_prefix(folder).unwrap_or(&path);
        let name = if below.as_os_str().is_empty() {
            &path
        } else {
            below
        };
        let name = name.to_string_lossy().into_owned();
        (name, fs::read_to_string(&path))
    };
    Ok(paths.into_iter().map(read).collect())
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_manifest = |path: &Path| {
            let extension = path.extension();
            extension.is_some_and(|it| it == "yml" || it == "yaml")
        };
        match () {
            () if hidden => {}
            () if path.is_dir() => collect(&path, paths)?,
            () if is_manifest(&path) => paths.push(path),
            () => {}
        }
    }
    Ok(())
}
