package io.k8j.apiserver.printer;

import io.k8j.apiserver.spi.Printer;
import io.k8j.apiserver.validation.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A printer put together from columns, each with the function that makes its cell. Immutable once built. */
final class Table implements Printer {
    /** One object at one moment. */
    record Row(Place object, Instant now) {
        Place at(String... path) {
            return object.at(path);
        }

        String text(String... path) {
            return object.at(path).text();
        }

        long number(String... path) {
            return object.at(path).number(0);
        }

        String name() {
            return text("metadata", "name");
        }

        boolean deleting() {
            return at("metadata", "deletionTimestamp").present();
        }

        String age() {
            return since("metadata", "creationTimestamp");
        }

        /** Words for the time since a timestamp of the object. */
        String since(String... path) {
            return Durations.since(object.at(path).value(), now);
        }
    }

    /** Makes one cell. */
    @FunctionalInterface
    interface Cell {
        Object of(Row row);
    }

    private final List<Column> plain = new ArrayList<>();
    private final List<Cell> cells = new ArrayList<>();
    private Function<Row, List<Object>> conditions = row -> List.of();
    private volatile List<Column> described;
    private boolean generic;

    /** A table whose first column is the name. */
    static Table named() {
        return new Table().column("Name", "string", "name", Docs.NAME, 0, Row::name);
    }

    /** A table without columns. */
    static Table empty() {
        return new Table();
    }

    /** @param description a text, or {@code #type#field} for the documentation of a field */
    Table column(String name, String type, String description, Cell cell) {
        return column(name, type, "", description, 0, cell);
    }

    /** A column that only wide output shows. */
    Table wide(String name, String type, String description, Cell cell) {
        return column(name, type, "", description, 1, cell);
    }

    Table column(String name, String type, String format, String description, int priority, Cell cell) {
        plain.add(new Column(name, type, format, description, priority));
        cells.add(cell);
        return this;
    }

    /** Behaves as upstream's converter for kinds without columns of their own. */
    Table generic() {
        generic = true;
        return this;
    }

    @Override
    public boolean saysNullForNoRows() {
        return generic;
    }

    /** A last cell for which there is no column: an oversight of upstream's that clients see. */
    Table unnamed(Cell cell) {
        cells.add(cell);
        return this;
    }

    /** What rows say of their objects besides the cells. */
    Table conditions(Function<Row, List<Object>> ofRow) {
        conditions = ofRow;
        return this;
    }

    @Override
    public List<Object> conditions(Map<String, Object> object) {
        return conditions.apply(new Row(Place.of(object), Instant.EPOCH));
    }

    Table age() {
        return column("Age", "string", Docs.CREATED, Row::age);
    }

    /** The wide columns that tell of a Pod template. */
    Table template(String... podSpec) {
        return wide(
                        "Containers",
                        "string",
                        "Names of each container in the template.",
                        r -> Cells.containers(r.at(podSpec), "name"))
                .wide(
                        "Images",
                        "string",
                        "Images referenced by each container in the template.",
                        r -> Cells.containers(r.at(podSpec), "image"));
    }

    @Override
    public List<Column> columns() {
        List<Column> known = described;
        if (known == null) {
            known = describe();
            described = known;
        }
        return known;
    }

    private List<Column> describe() {
        List<String> texts =
                Docs.resolve(plain.stream().map(Column::description).toList());
        List<Column> out = new ArrayList<>(plain.size());
        for (int i = 0; i < plain.size(); i++) {
            Column c = plain.get(i);
            out.add(new Column(c.name(), c.type(), c.format(), texts.get(i), c.priority()));
        }
        return out;
    }

    @Override
    public List<Object> cells(Map<String, Object> object, Instant now) {
        Row row = new Row(Place.of(object), now);
        List<Object> out = new ArrayList<>(cells.size());
        for (Cell cell : cells) {
            out.add(cell.of(row));
        }
        return out;
    }
}
