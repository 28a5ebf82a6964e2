//! The values of every axis: what it lists, with what the records inside it say.

use super::Scope;
use super::scope::own_name;
use crate::schema::Plan;
use crate::schema::values::{AxisValue, Selection};

/// For each axis its values, numbered as in the [`Scope`].
pub fn values(plan: &Plan, scope: &Scope) -> Vec<Vec<AxisValue>> {
    plan.axes
        .iter()
        .map(|(id, axis)| {
            let named = scope.axis_values(u32::try_from(id.index()).unwrap_or(u32::MAX));
            let mut values: Vec<AxisValue> = named
                .iter()
                .map(|(name, span)| {
                    let divides = axis.selects.as_ref().and_then(|divisions| {
                        divisions.values.iter().find(|(known, _)| known == name)
                    });
                    let repeats = axis.repeats.as_ref().and_then(|repetitions| {
                        repetitions
                            .values
                            .iter()
                            .find(|(known, _, _)| known == name)
                    });
                    AxisValue {
                        name: *name,
                        text: repeats
                            .map_or_else(|| name.as_str().to_owned(), |(_, text, _)| text.clone()),
                        selects: divides.map(|(_, s)| s.selection.clone()),
                        record: None,
                        span: *span,
                    }
                })
                .collect();
            for (record_id, record) in plan.value_records.iter() {
                let of_axis = record.head.parent.map(|p| p as usize) == Some(id.index());
                let name = record.head.name.map(own_name);
                let value = values.iter_mut().find(|v| Some(v.name) == name);
                if let (true, Some(value)) = (of_axis, value) {
                    value.record = Some(record_id);
                    if let Some(text) = &record.text {
                        value.text = text.to_string();
                    }
                    if let Some(selects) = &record.selects {
                        value.selects = Some(selects.selection.clone());
                    }
                }
            }
            // An axis that divides takes, for a value that says nothing else, the marker of its name.
            if axis.repeats.is_none() {
                for value in &mut values {
                    if value.selects.is_none() {
                        value.selects = plan_marker(scope, value);
                    }
                }
            }
            values
        })
        .collect()
}

fn plan_marker(scope: &Scope, value: &AxisValue) -> Option<Selection> {
    let marker = scope.markers().find(value.name)?;
    Some(Selection::These(crate::schema::values::MarkerNode::Marker(
        marker,
    )))
}
