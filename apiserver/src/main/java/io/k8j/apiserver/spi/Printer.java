package io.k8j.apiserver.spi;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Turns objects of one kind into rows of a server-side Table, with upstream's columns, order and words. */
public interface Printer {
    /**
     * One column.
     *
     * @param priority 0 is always shown, 1 only with {@code -o wide}
     */
    record Column(String name, String type, String format, String description, int priority) {}

    List<Column> columns();

    /** Whether a table without rows says null instead of an empty list, as upstream's generic converter does. */
    default boolean saysNullForNoRows() {
        return false;
    }

    /** Conditions of an object's row, as trees; a Pod that ended is completed. */
    default List<Object> conditions(Map<String, Object> object) {
        return List.of();
    }

    /** One cell per column, and sometimes more: String, Long or Boolean. */
    List<Object> cells(Map<String, Object> object, Instant now);
}
