//! The macro behind the table of kinds.

/// Defines every kind of declaration: its type, its row in the schema and how it is read.
///
/// A field is `required` or `optional`, or has a `default("…")`, written as in a plan; a test reads
/// each default and each example and compares.
macro_rules! kinds {
    ($(
        $(#[doc = $doc:literal])+
        $kind:literal $Kind:ident in $table:ident $(inside $Outer:ident)? {
            $(
                $(#[doc = $field_doc:literal])+
                $need:ident $(($default:literal))? $field:literal $member:ident: $Type:ty $(= $value:expr)?, $example:literal;
            )*
        }
    )*) => {
        /// A kind of declaration.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum KindId {
            $(#[doc = concat!("`", $kind, "`")] $Kind,)*
        }

        impl KindId {
            /// The kind that is declared with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($kind => Some(Self::$Kind),)*
                    _ => None,
                }
            }

            /// Its row in the table.
            pub fn schema(self) -> &'static KindSchema {
                &KINDS[self as usize]
            }
        }

        /// The table of the language.
        pub static KINDS: &[KindSchema] = &[$(KindSchema {
            id: KindId::$Kind,
            name: $kind,
            doc: concat!($($doc, "\n"),+),
            inside: kinds!(@inside $($Outer)?),
            fields: &[$(FieldSchema {
                name: $field,
                doc: concat!($($field_doc, "\n"),+),
                example: $example,
                required: kinds!(@required $need),
                default: kinds!(@default $($default)?),
                shape: <$Type as FieldType>::shape,
                json: |generator| generator.subschema_for::<<$Type as Form>::Json>(),
                json_default: kinds!(@json_default $Type, $need, $($value)?),
            }),*],
        }),*];

        $(
            $(#[doc = $doc])+
            #[derive(Debug, Default)]
            pub struct $Kind {
                $($(#[doc = $field_doc])+ pub $member: $Type,)*
            }

            impl Kind for $Kind {
                const ID: KindId = KindId::$Kind;

                // A kind without fields reads none.
                #[allow(unused_variables)]
                fn read(fields: &mut Fields<'_, '_>) -> Self {
                    Self { $($member: fields.take($field, kinds!(@absent $($value)?)),)* }
                }

                fn table(plan: &Plan) -> &Table<Self> {
                    &plan.$table
                }

                // A kind without fields writes none.
                #[allow(unused_variables)]
                fn write<M: SerializeMap>(&self, names: &Names<'_>, map: &mut M) -> Result<(), M::Error> {
                    $(if self.$member.is_said() {
                        map.serialize_entry($field, &self.$member.json(names))?;
                    })*
                    Ok(())
                }
            }
        )*

        /// The plan: every declaration, typed. Whether it holds is for the
        /// [checks](crate::checks) to say.
        #[derive(Debug, Default)]
        pub struct Plan {
            /// The `//!` lines at the head of the file that declares the plan.
            pub intro: String,
            /// What names that can move mean: `dtpc.lock`.
            pub lock: crate::lock::Lock,
            /// Every marker, however it was declared.
            pub markers: Markers,
            /// The values of every axis, by its number.
            pub axis_values: Vec<Vec<AxisValue>>,
            /// The parts of every suite, by its number.
            pub parts_of: Vec<Vec<Id<Part>>>,
            /// The `at` blocks of every suite, by its number.
            pub ats_of: Vec<Vec<Id<At>>>,
            /// How often each declaration is named by others.
            pub used: rustc_hash::FxHashMap<(KindId, u32), u32>,
            /// The markers that an expression names.
            pub used_markers: rustc_hash::FxHashSet<MarkerId>,
            $(#[doc = concat!("Every `", $kind, "`.")] pub $table: Table<$Kind>,)*
        }

        impl Plan {
            /// Reads one declaration into the table of its kind.
            pub(crate) fn read(&mut self, kind: KindId, head: Head, fields: &mut Fields<'_, '_>) {
                match kind {
                    $(KindId::$Kind => {
                        let body = $Kind::read(fields);
                        let head = fields.finish(head);
                        self.$table.push(Decl { head, body });
                    })*
                }
            }

            /// The heads of all declarations, kind by kind.
            pub fn heads(&self) -> impl Iterator<Item = (KindId, &Head)> {
                std::iter::empty()
                    $(.chain(self.$table.iter().map(|(_, d)| (KindId::$Kind, &d.head))))*
            }

            /// Writes the declarations kind by kind, each list under the word of its kind.
            ///
            /// # Errors
            /// Those of the writer.
            pub fn write<M: SerializeMap>(&self, each: &impl EachKind, map: &mut M) -> Result<(), M::Error> {
                $(if let Some(list) = each.of(&self.$table) {
                    map.serialize_entry($kind, &list)?;
                })*
                Ok(())
            }

            /// The head of a declaration.
            pub fn head(&self, kind: KindId, index: u32) -> &Head {
                match kind {
                    $(KindId::$Kind => &self.$table[Id::new(index)].head,)*
                }
            }
        }
    };
    (@inside) => { None };
    (@inside $Outer:ident) => { Some(KindId::$Outer) };
    (@required required) => { true };
    (@required $other:ident) => { false };
    (@absent) => { Default::default };
    (@absent $value:expr) => { || $value };
    (@json_default $Type:ty, default, $($value:expr)?) => {
        Some(|| {
            let absent: fn() -> $Type = kinds!(@absent $($value)?);
            form::absent(&absent())
        })
    };
    (@json_default $Type:ty, $other:ident, $($value:expr)?) => { None };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
}
