package io.k8j.model.feature;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The gates of {@code gates.tsv}, read on first use. */
final class GateTable {
    private static final String TABLE = "/io/k8j/model/feature/gates.tsv";
    static final Map<String, FeatureGate> ALL = read();

    private GateTable() {}

    private static Map<String, FeatureGate> read() {
        try (InputStream in = GateTable.class.getResourceAsStream(TABLE)) {
            if (in == null) throw new IllegalStateException("resource " + TABLE + " is not on the class path");
            Map<String, FeatureGate> all = new LinkedHashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(GateTable::row)
                    .forEach(gate -> all.put(gate.name(), gate));
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException("read " + TABLE, e);
        }
    }

    private static FeatureGate row(String line) {
        String[] row = Arrays.copyOf(line.split("\t", -1), 5);
        List<String> needs = row[4] == null ? List.of() : List.of(row[4].split(","));
        return new FeatureGate(row[0], row[1], row[2].equals("true"), "locked".equals(row[3]), needs);
    }
}
