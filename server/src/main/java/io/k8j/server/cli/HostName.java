package io.k8j.server.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/** What a node is called if nobody says otherwise. */
final class HostName {
    private HostName() {}

    /** The machine's name as a DNS name: lower case, without what does not belong there. */
    static String asNodeName() {
        try {
            String name = InetAddress.getLocalHost()
                    .getHostName()
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z0-9.-]", "-");
            String trimmed = name.replaceAll("^[^a-z0-9]+|[^a-z0-9]+$", "");
            return trimmed.isEmpty() ? "localhost" : trimmed;
        } catch (UnknownHostException e) {
            return "localhost"; // a machine without a resolvable name of its own
        }
    }
}
