package io.k8j.apiserver.printer;

import io.k8j.apiserver.spi.Printer;
import io.k8j.model.resource.GroupVersionKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Finds the printer of a kind. Safe for all threads. */
public final class Printers {
    private static final Printer NAME_AND_AGE = new Printer() {
        private final List<Column> columns =
                List.of(new Column("Name", "string", "name", "", 0), new Column("Age", "string", "", "", 0));

        @Override
        public List<Column> columns() {
            return columns;
        }

        @Override
        public List<Object> cells(Map<String, Object> object, Instant now) {
            Map<?, ?> metadata = object.get("metadata") instanceof Map<?, ?> m ? m : Map.of();
            String name = metadata.get("name") instanceof String n ? n : "";
            return List.of(name, Durations.since(metadata.get("creationTimestamp"), now));
        }
    };

    private Printers() {}

    /** The printer of a kind; one that shows name and age if there is none of its own. */
    public static Printer of(GroupVersionKind kind) {
        return NAME_AND_AGE;
    }
}
