//! The download of somebody's data, opened.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{Actor, TestApp};

/// The files of a package.
pub struct Package(ZipArchive<Cursor<Vec<u8>>>);

impl TestApp {
    /// The package that a person makes now, of that period if one is named.
    pub async fn package_of(&self, person: &Actor, period: &[(&str, &str)]) -> Package {
        const PATH: &str = "/data/export";
        let page = person.get(PATH).await.page();
        person.submit(&page, PATH, period).await.location();
        self.run_jobs().await;
        let ready = person.get(PATH).await.page();
        let link = ready.attributes("a[download]", "href").remove(0);
        let file = person.get(&link).await.page();
        Package(ZipArchive::new(Cursor::new(file.body)).unwrap())
    }
}

impl Package {
    /// The text of a file, if there is one of that name.
    pub fn find(&mut self, name: &str) -> Option<String> {
        let mut text = String::new();
        let mut file = self.0.by_name(name).ok()?;
        file.read_to_string(&mut text).unwrap();
        Some(text)
    }

    /// What people and what machines read: the report and `data.json`.
    pub fn read(&mut self) -> (String, serde_json::Value) {
        let data = self.find("data.json").unwrap();
        let report = self.find("report.html").unwrap();
        (report, serde_json::from_str(&data).unwrap())
    }

    /// All of it, one file after the other.
    pub fn read_all(&mut self) -> String {
        let mut all = String::new();
        for at in 0..self.0.len() {
            let mut file = self.0.by_index(at).unwrap();
            file.read_to_string(&mut all).unwrap();
        }
        all
    }
}
