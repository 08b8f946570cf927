//! Files that another program writes anew in place while they are read.

use std::{fs, io::Write, thread, time::Duration};

use candor::sources::open;

use super::archive::{Archive, PEOPLE, ada};

#[test]
fn a_file_that_is_written_anew_line_by_line_is_read_whole_or_not_at_all() {
    let archive = Archive::new();
    let path = archive.folder.path().join("people.csv");
    let write = move || {
        for _ in 0..6 {
            let mut file = fs::File::create(&path).unwrap();
            for line in PEOPLE.split_inclusive('\n') {
                file.write_all(line.as_bytes()).unwrap();
                thread::sleep(Duration::from_millis(7));
            }
            thread::sleep(Duration::from_millis(160));
        }
    };
    let writer = thread::spawn(write);
    let mut whole = 0;
    while !writer.is_finished() {
        match &archive.sources.overview(&ada())[0].counts {
            Ok(counts) => {
                assert_eq!(counts.own, 2);
                whole += 1;
            }
            Err(error) => assert!(error.is_temporary(), "{error}"),
        }
    }
    writer.join().unwrap();
    assert!(whole > 0);
    assert_eq!(
        archive.sources.overview(&ada())[0]
            .counts
            .as_ref()
            .unwrap()
            .own,
        2
    );
}

#[test]
fn a_file_to_which_somebody_never_stops_writing_is_told_as_that() {
    let archive = Archive::new();
    let path = archive.folder.path().join("people.csv");
    let source = open(
        "archive",
        &format!("files://{}", archive.folder.path().display()),
    )
    .unwrap();
    fs::write(path, PEOPLE).unwrap();

    let error = source.schema(Duration::from_millis(10)).unwrap_err();

    assert!(error.is_temporary());
    assert!(
        error
            .to_string()
            .contains("a file was written to meanwhile"),
        "{error}"
    );
}
