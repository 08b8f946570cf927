//! Names that are put together into people who do not exist.

use std::sync::LazyLock;

pub static FIRST: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "Aaron Abigail Adaeze Aisha Alejandro Amara Amelia Andre Anh Anika Arjun Ayumi Beatriz
     Benjamin Bianca Caleb Camila Carlos Chloe Clara Dalia David Deepa Diego Elif Elijah Emma
     Esther Fatima Felix Femi Gabriela George Hana Hannah Hugo Ibrahim Imani Ines Isaac Jakob
     Jasmine Joaquin Jordan Julia Kai Keiko Kofi Laila Leon Linh Lucia Malik Marcus Maria
     Mateo Mei Mina Naomi Nathan Nia Oliver Omar Paula Peter Quinn Rafael Rahul Rosa Ruth
     Samira Samuel Sofia Soren Suki Tariq Teresa Thanh Tomas Valentina Victor Wei Yara Yusuf
     Zara Zoe"
        .split_whitespace()
        .collect()
});

pub static LAST: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "Abbott Adeyemi Aguilar Alvarez Amin Anders Baptiste Barnes Becker Bello Bennett Blake Bui
     Calloway Cardoso Castillo Chandra Chen Clarke Cohen Cruz Dang Delgado Desai Diallo
     Dietrich Duarte Ellison Engel Estrada Farouk Fischer Flores Fontaine Fuchs Garrison Gomes
     Graham Gupta Hale Hartmann Hassan Hayashi Herrera Holloway Huang Ibarra Iyer Jansen Joshi
     Kamara Kaur Keller Khan Kim Koch Kowalski Kruger Lam Larsen Lindqvist Lopez Mahmoud Marsh
     Mbeki Medina Mensah Mitchell Moreau Moreno Nakamura Navarro Nguyen Novak Obi Okeke Ortega
     Osman Park Patel Pereira Petrov Pham Quintero Rahman Reed Richter Rivera Rossi Saito
     Santos Sato Schuster Sharma Silva Singh Sorensen Suarez Tanaka Thompson Torres Tran
     Turner Vargas Vogel Walsh Weber Whitaker Winters Wong Yilmaz Young Zhang Ziegler"
        .split_whitespace()
        .collect()
});
