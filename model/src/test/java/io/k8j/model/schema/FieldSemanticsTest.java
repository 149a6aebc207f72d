package io.k8j.model.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every list type, merge key and default that upstream's types declare holds in the schema. */
class FieldSemanticsTest {
    /** Names of types that upstream declares by a constant. */
    private static final Map<String, String> CONSTANTS =
            Map.of("AzureDataDiskCachingReadWrite", "ReadWrite", "AzureSharedBlobDisk", "Shared");

    record Row(
            String type,
            String field,
            boolean repeated,
            String strategy,
            String mergeKey,
            String listType,
            String keys,
            String structure,
            String defaultValue) {
        @Override
        public String toString() {
            return type + "." + field;
        }
    }

    static List<Row> rows() throws IOException {
        try (InputStream in = FieldSemanticsTest.class.getResourceAsStream("field-semantics.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> Arrays.copyOf(line.split("\t", -1), 10))
                    .map(FieldSemanticsTest::row)
                    .filter(row -> Schemas.type(row.type()) != null)
                    .toList();
        }
    }

    private static Row row(String[] c) {
        String[] group = c[0].split("/");
        String prefix = switch (group[0]) {
            case "meta" -> "io.k8s.apimachinery.pkg.apis.meta.";
            case "apiextensions" -> "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.";
            case "apiregistration" -> "io.k8s.kube-aggregator.pkg.apis.apiregistration.";
            default -> "io.k8s.api." + group[0] + ".";
        };
        String field = Character.isUpperCase(c[2].charAt(0))
                ? c[2].substring(0, 1).toLowerCase(Locale.ROOT) + c[2].substring(1)
                : c[2];
        return new Row(
                prefix + group[1] + "." + c[1],
                field,
                "repeated".equals(c[3]),
                text(c[4]),
                text(c[5]),
                text(c[6]),
                text(c[7]),
                text(c[8]),
                text(c[9]));
    }

    private static String text(String cell) {
        return cell == null ? "" : cell;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theSchemaSaysTheSame(Row row) {
        Schema.Field field = Schemas.type(row.type()).fields().get(row.field());
        if (field == null) { // an inlined message: its own fields stand in its place
            assertThat(row.structure()).isIn("", "atomic");
            return;
        }
        if (!row.strategy().isEmpty()) {
            assertThat(new TreeSet<>(field.patchStrategy()))
                    .isEqualTo(new TreeSet<>(List.of(row.strategy().split(","))));
        }
        if (!row.mergeKey().isEmpty()) assertThat(field.patchMergeKey()).isEqualTo(row.mergeKey());
        Schema schema = field.schema();
        if (row.repeated() && schema.type() == Schema.Type.LIST) {
            String known = schema.listType() == null
                    ? "atomic"
                    : schema.listType().name().toLowerCase(Locale.ROOT);
            assertThat(known).isEqualTo(row.listType().isEmpty() ? "atomic" : row.listType());
            assertThat(schema.listMapKeys().stream().sorted().collect(Collectors.joining(",")))
                    .isEqualTo(Arrays.stream(row.keys().split(",")).sorted().collect(Collectors.joining(",")));
        }
        if (row.structure().equals("atomic")) assertThat(schema.atomic()).isTrue();
        if (!row.defaultValue().isEmpty()) assertThat(field.defaultValue()).isEqualTo(value(row.defaultValue()));
    }

    private static Object value(String text) {
        return text.startsWith("ref(") ? CONSTANTS.get(text.substring(4, text.length() - 1)) : Json.parse(text);
    }
}
