package io.k8j.apiserver.printer;

import io.k8j.apiserver.spi.Printer;

/** The table of a custom resource's scale, whatever columns the resource itself has. */
public final class CustomScale {
    /** Name, wanted and actual replicas, age. */
    public static final Printer PRINTER = Table.named()
            .column("Desired", "integer", "Number of desired replicas", r -> r.number("spec", "replicas"))
            .column("Available", "integer", "Number of actual replicas", r -> r.number("status", "replicas"))
            .age();

    private CustomScale() {}
}
