use awtui::settings::{Colour, ColourDepth, Folders, Theme};

const NAMES: [&str; 4] = ["ansi", "dark", "high-contrast", "light"];

fn load(name: &str) -> Theme {
    Theme::load(name, &Folders::default()).unwrap()
}

/// A theme `mine` of the user's own; the error without the file's path.
fn own(name: &str, text: &str) -> Result<Theme, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("themes")).unwrap();
    let file = folder.path().join(format!("themes/{name}.toml"));
    std::fs::write(&file, text).unwrap();
    Theme::load(name, &Folders { user: Some(folder.path().to_path_buf()), project: None })
        .map_err(|error| error.to_string().replace(&format!("{}:", file.display()), ""))
}

#[test]
fn every_theme_gives_every_part_a_colour() {
    assert_eq!(Theme::names(&Folders::default()), NAMES);
    for name in NAMES {
        let path = format!("{}/assets/themes/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let theme = load(name);
        assert_eq!(theme.name, name);
        for (part, colour) in theme.parts() {
            assert_eq!(table["colours"][part].as_str(), Some(colour.to_string().as_str()), "{name} {part}");
        }
        assert_eq!(table["colours"].as_table().unwrap().len(), theme.parts().len(), "{name}");
    }
}

/// Relative luminance as the web's accessibility guidelines compute it.
fn luminance(colour: Colour) -> f64 {
    let Colour::Rgb(red, green, blue) = colour else { panic!("{colour} has no fixed look") };
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_can_be_read_on_the_background_that_the_theme_is_for() {
    let backgrounds =
        [("dark", "#1e1e1e", 4.5), ("light", "#ffffff", 4.5), ("high-contrast", "#000000", 7.0)];
    let silent = ["background", "border", "gauge_track", "selection", "selection_text"];
    for (name, background, least) in backgrounds {
        let theme = load(name);
        let background: Colour = background.parse().unwrap();
        for (part, colour) in theme.parts().into_iter().filter(|(part, _)| !silent.contains(part)) {
            let found = contrast(colour, background);
            assert!(found >= least, "{name} {part} {colour}: {found:.2}");
        }
        let selected = contrast(theme.selection_text, theme.selection);
        assert!(selected >= least, "{name} selection: {selected:.2}");
    }
}

#[test]
fn colours_are_read_and_written_alike() {
    for text in ["default", "black", "bright-white", "red", "16", "255", "#01ab9f"] {
        let colour: Colour = text.parse().unwrap();
        assert_eq!(colour.to_string(), text);
    }
    assert_eq!("0".parse(), Ok(Colour::Ansi(0)));
    for text in ["", "rot", "256", "-1", "#fff", "#12345g", "#+12345", "Red"] {
        assert!(text.parse::<Colour>().is_err(), "{text}");
    }
}

#[test]
fn a_theme_is_reduced_to_what_the_terminal_shows() {
    let dark = load("dark");
    assert_eq!(dark.clone().for_depth(ColourDepth::True), dark);
    let none = dark.clone().for_depth(ColourDepth::None);
    assert!(none.parts().iter().all(|(_, colour)| *colour == Colour::Default));
    assert_eq!(dark.clone().for_depth(ColourDepth::Sixteen), load("ansi"));
    assert_eq!(load("ansi").for_depth(ColourDepth::Sixteen), load("ansi"));
    let palette = dark.for_depth(ColourDepth::Palette);
    assert!(palette.parts().iter().all(|(_, colour)| !matches!(colour, Colour::Rgb(..))));
    let nearest = |text: &str| {
        let theme = Theme { text: text.parse().unwrap(), ..Theme::default() };
        theme.for_depth(ColourDepth::Palette).text.to_string()
    };
    for (text, expected) in [
        ("#000000", "16"),
        ("#ffffff", "231"),
        ("#ff0000", "196"),
        ("#5f87af", "67"),
        ("#808080", "244"),
        ("#080808", "232"),
        ("#eeeeee", "255"),
        ("red", "red"),
        ("default", "default"),
    ] {
        assert_eq!(nearest(text), expected, "{text}");
    }
}

#[test]
fn an_own_theme_changes_its_base() {
    let theme = own("mine", "base = \"light\"\n[colours]\nanalyst = \"#010203\"\n").unwrap();
    assert_eq!(theme, Theme { name: "mine".to_owned(), analyst: Colour::Rgb(1, 2, 3), ..load("light") });
    let theme = own("mine", "").unwrap();
    assert_eq!(theme, Theme { name: "mine".to_owned(), ..load("dark") });
    let theme = own("light", "[colours]\nworker = \"208\"\n").unwrap();
    assert_eq!(theme, Theme { worker: Colour::Ansi(208), ..load("light") }, "its namesake is its base");
}

#[test]
fn a_theme_with_a_mistake_says_line_and_reason() {
    for (text, expected) in [
        (
            "[colours]\nanalyst = \"mauve\"\n",
            "2: \"analyst\" in [colours]: \"mauve\" is no colour: use \"default\"",
        ),
        (
            "[colours]\nanalist = \"red\"\n",
            "2: unknown key \"analist\" in [colours]; did you mean \"analyst\"?",
        ),
        (
            "[colors]\nanalyst = \"red\"\n",
            "1: unknown key \"colors\" at the top of the file; did you mean \"colours\"?",
        ),
        ("base = \"drak\"\n", "1: \"base\" at the top of the file must be"),
    ] {
        let error = own("mine", text).expect_err(text);
        assert!(error.starts_with(expected), "{text}\n  expected {expected}\n  found    {error}");
    }
    let error = Theme::load("drak", &Folders::default()).unwrap_err().to_string();
    assert!(error.starts_with("no theme is called \"drak\"; did you mean \"dark\"?"), "{error}");
}
