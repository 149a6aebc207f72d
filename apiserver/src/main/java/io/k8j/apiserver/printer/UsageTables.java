package io.k8j.apiserver.printer;

import io.k8j.apiserver.printer.Table.Row;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.quantity.Quantity;
import java.util.Map;

/** Tables of what nodes and Pods use, as metrics-server prints them. */
final class UsageTables {
    static final Map<String, Table> TABLES = Map.of(
            "NodeMetrics", usage(UsageTables::ofNode),
            "PodMetrics", usage(UsageTables::ofPod));

    @FunctionalInterface
    private interface Amount {
        String of(Row row, String resource);
    }

    private UsageTables() {}

    private static Table usage(Amount amount) {
        return Table.empty()
                .column("Name", "string", "name", "Name of the resource", 0, Row::name)
                .column("cpu", "string", "quantity", "", 0, r -> amount.of(r, "cpu"))
                .column("memory", "string", "quantity", "", 0, r -> amount.of(r, "memory"))
                .column("Window", "string", "duration", "", 0, r -> r.text("window"));
    }

    private static String ofNode(Row node, String resource) {
        return node.text("usage", resource);
    }

    private static String ofPod(Row pod, String resource) {
        Quantity sum = null; // its format is that of the first
        for (Place container : pod.at("containers").items()) {
            Quantity each = Quantity.parse(container.field("usage").text(resource));
            sum = sum == null ? each : sum.add(each);
        }
        return sum == null ? "0" : sum.toString();
    }
}
