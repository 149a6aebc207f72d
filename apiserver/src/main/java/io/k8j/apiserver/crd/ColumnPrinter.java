package io.k8j.apiserver.crd;

import io.k8j.apiserver.spi.Printer;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Prints the columns that a definition names; without any, name and age. */
final class ColumnPrinter implements Printer {
    private static final String NAME_TEXT =
            "Name must be unique within a namespace. Is required when creating resources,"
                    + " although some resources may allow a client to request the generation of an appropriate name automatically."
                    + " Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More"
                    + " info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";
    private static final String AGE_TEXT =
            "CreationTimestamp is a timestamp representing the server time when this object"
                    + " was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may"
                    + " not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only."
                    + " Null for lists. More info:"
                    + " https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

    private final List<Column> columns = new ArrayList<>();
    private final List<JsonPath> paths = new ArrayList<>();

    /** @param definitions {@code additionalPrinterColumns} of a version */
    ColumnPrinter(List<Object> definitions) {
        columns.add(new Column("Name", "string", "name", NAME_TEXT, 0));
        for (Object column : definitions) {
            String path = Trees.string(column, "jsonPath");
            Long priority = Trees.integer(column, "priority");
            columns.add(new Column(
                    text(column, "name"),
                    text(column, "type"),
                    text(column, "format"),
                    description(column, path),
                    priority == null ? 0 : priority.intValue()));
            paths.add(JsonPath.parse(path));
        }
        if (definitions.isEmpty()) {
            columns.add(new Column("Age", "date", "", AGE_TEXT, 0));
            paths.add(JsonPath.parse(".metadata.creationTimestamp"));
        }
    }

    private static String description(Object column, String path) {
        String own = text(column, "description");
        return own.isEmpty() ? "Custom resource definition column (in JSONPath format): " + path : own;
    }

    @Override
    public List<Column> columns() {
        return List.copyOf(columns);
    }

    @Override
    public List<Object> cells(Map<String, Object> object, Instant now) {
        List<Object> cells = new ArrayList<>(columns.size());
        String name = Trees.string(object, "metadata", "name");
        cells.add(name == null ? "" : name);
        for (int i = 0; i < paths.size(); i++) {
            cells.add(cell(columns.get(i + 1).type(), paths.get(i).values(object), now));
        }
        return cells;
    }

    private static Object cell(String type, List<Object> values, Instant now) {
        if (values.isEmpty()) return null;
        Object value = values.getFirst();
        return switch (type) {
            case "integer" -> value instanceof Number n ? (Object) n.longValue() : null;
            case "number" -> value instanceof Number n ? (Object) n.doubleValue() : null;
            case "boolean" -> value instanceof Boolean ? value : null;
            case "date" -> value instanceof String s ? age(s, now) : "<invalid>";
            default ->
                value instanceof String || value instanceof Number || value instanceof Boolean
                        ? String.valueOf(value)
                        : Json.writeString(value);
        };
    }

    private static String age(String time, Instant now) {
        try {
            Duration age = Duration.between(OffsetDateTime.parse(time).toInstant(), now);
            return io.k8j.apiserver.printer.Printers.age(age);
        } catch (DateTimeParseException e) {
            return "<invalid>";
        }
    }

    private static String text(Object column, String field) {
        String value = Trees.string(column, field);
        return value == null ? "" : value;
    }
}
