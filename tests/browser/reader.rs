//! Finding one's way by the words on the page, as readers do.

use std::time::Duration;

use super::driver::Browser;

/// The text of an element in `XPath`, with runs of white space as one space.
const WORDS: &str = "normalize-space(.)";

impl Browser {
    /// Follows the first link with these words; in the main part of the page, if there is one.
    pub async fn follow(&self, words: &str) {
        let links = format!("a[contains({WORDS}, \"{words}\")]");
        let mut found = self.find(&format!("//main//{links}")).await;
        found.extend(self.find(&format!("//{links}")).await);
        self.go_by(found, words).await;
    }

    /// Follows the first link in the main part of the page whose address begins so.
    pub async fn follow_to(&self, start: &str) {
        let found = self
            .find(&format!("//main//a[starts-with(@href, '{start}')]"))
            .await;
        self.go_by(found, start).await;
    }

    /// Presses the first button with these words.
    pub async fn press(&self, words: &str) {
        let found = self
            .find(&format!("//button[contains({WORDS}, \"{words}\")]"))
            .await;
        self.go_by(found, words).await;
    }

    /// Fills the field with that label.
    pub async fn fill(&self, label: &str, text: &str) {
        self.write(&self.labelled(label).await, text).await;
    }

    /// Chooses the line of a list with that label.
    pub async fn select(&self, label: &str, line: &str) {
        let list = self.attribute(&self.labelled(label).await, "id").await;
        let found = self
            .find(&format!(
                "//select[@id='{list}']/option[contains({WORDS}, \"{line}\")]"
            ))
            .await;
        self.click_first(found, line).await;
    }

    /// Ticks every option with that label; how many there are.
    pub async fn choose_each(&self, label: &str) -> usize {
        let found = self.find(&format!("//label[{WORDS} = \"{label}\"]")).await;
        for option in &found {
            self.click(option).await;
        }
        found.len()
    }

    async fn labelled(&self, label: &str) -> String {
        let xpath = format!("//*[@id = //label[contains({WORDS}, \"{label}\")]/@for]");
        let found = self.find(&xpath).await.into_iter().next();
        let path = self.path().await;
        found.unwrap_or_else(|| panic!("{path} has no field {label}"))
    }

    /// Clicks, and waits until another page has taken the place of this one.
    async fn go_by(&self, found: Vec<String>, words: &str) {
        let before = self.find("/html").await;
        self.click_first(found, words).await;
        for _ in 0..200 {
            let now = self.find("/html").await;
            if !now.is_empty() && now != before {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{words} leads nowhere from {}", self.path().await);
    }

    async fn click_first(&self, found: Vec<String>, words: &str) {
        let Some(first) = found.first() else {
            panic!(
                "{} has no {words}: {}",
                self.path().await,
                self.words().await
            );
        };
        self.click(first).await;
    }

    /// Whether there is a link or button with these words in the main part of the page.
    pub async fn offers(&self, words: &str) -> bool {
        let either = "self::a or self::button";
        let xpath = format!("//main//*[{either}][contains({WORDS}, \"{words}\")]");
        !self.find(&xpath).await.is_empty()
    }

    /// What a reader sees of the page.
    pub async fn words(&self) -> String {
        let body = self.find("//body").await;
        self.text(&body[0]).await
    }

    /// The test fails unless the page says that.
    pub async fn says(&self, words: &str) {
        let all = self.words().await;
        assert!(
            all.contains(words),
            "{} does not say {words:?}: {all}",
            self.path().await
        );
    }
}
