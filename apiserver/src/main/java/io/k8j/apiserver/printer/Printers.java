package io.k8j.apiserver.printer;

import io.k8j.apiserver.spi.Printer;
import io.k8j.model.resource.GroupVersionKind;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the printer of a kind. Safe for all threads. */
public final class Printers {
    /** Groups whose kinds are built in: a custom resource may have the same kind in another group. */
    private static final Set<String> BUILT_IN = Set.of(
            "",
            "admissionregistration.k8s.io",
            "apiextensions.k8s.io",
            "apiregistration.k8s.io",
            "apps",
            "autoscaling",
            "batch",
            "certificates.k8s.io",
            "coordination.k8s.io",
            "discovery.k8s.io",
            "events.k8s.io",
            "flowcontrol.apiserver.k8s.io",
            "metrics.k8s.io",
            "networking.k8s.io",
            "node.k8s.io",
            "policy",
            "rbac.authorization.k8s.io",
            "resource.k8s.io",
            "scheduling.k8s.io",
            "storage.k8s.io");

    /** A start makes a printer for each resource and shows no table, so tables wait until one is asked for. */
    private static final class Tables {
        static final Map<String, Table> OF_KINDS = all();

        // What upstream's generic converter shows for kinds without columns of their own.
        static final Table PLAIN = Table.named()
                .column("Created At", "date", Docs.CREATED, r -> r.text("metadata", "creationTimestamp"))
                .generic();

        static final Table CUSTOM = Table.named().age();

        private static Map<String, Table> all() {
            Map<String, Table> all = new HashMap<>();
            for (Map<String, Table> some : List.of(
                    WorkloadTables.TABLES,
                    CoreTables.TABLES,
                    NetworkTables.TABLES,
                    StorageTables.TABLES,
                    AccessTables.TABLES,
                    PolicyTables.TABLES,
                    UsageTables.TABLES)) {
                all.putAll(some);
            }
            return Map.copyOf(all);
        }
    }

    /** The printer of a kind, looked up at each use. */
    private record OfKind(GroupVersionKind kind) implements Printer {
        private Table table() {
            return BUILT_IN.contains(kind.group())
                    ? Tables.OF_KINDS.getOrDefault(kind.kind(), Tables.PLAIN)
                    : Tables.CUSTOM;
        }

        @Override
        public List<Column> columns() {
            return table().columns();
        }

        @Override
        public boolean saysNullForNoRows() {
            return table().saysNullForNoRows();
        }

        @Override
        public List<Object> conditions(Map<String, Object> object) {
            return table().conditions(object);
        }

        @Override
        public List<Object> cells(Map<String, Object> object, Instant now) {
            return table().cells(object, now);
        }
    }

    private Printers() {}

    /**
     * The printer of a kind, whatever its version. Built-in kinds without columns of their own show name and creation
     * time, all others name and age.
     */
    public static Printer of(GroupVersionKind kind) {
        return new OfKind(kind);
    }

    /** How long something took, as short as tables show ages. */
    public static String age(java.time.Duration duration) {
        return Durations.words(duration);
    }
}
