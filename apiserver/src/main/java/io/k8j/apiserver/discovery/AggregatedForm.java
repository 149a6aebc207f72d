package io.k8j.apiserver.discovery;

import io.k8j.apiserver.http.Exchange;
import java.util.Locale;
import java.util.Optional;

/** The media type by which clients ask for all groups in one document. */
final class AggregatedForm {
    private AggregatedForm() {}

    /** Version of the wanted form, {@code v2} or {@code v2beta1}; empty if the plain form is wanted. */
    static Optional<String> wanted(Exchange exchange) {
        for (String header : exchange.headers("Accept")) {
            for (String clause : header.split(",")) {
                String text = clause.toLowerCase(Locale.ROOT).replace(" ", "");
                if (!text.startsWith("application/json") && !text.startsWith("*/*")) {
                    continue;
                }
                if (!text.contains("as=apigroupdiscoverylist")) {
                    return Optional.empty();
                }
                if (text.contains("g=apidiscovery.k8s.io")) {
                    if (text.contains("v=v2beta1")) {
                        return Optional.of("v2beta1");
                    }
                    if (text.matches(".*;v=v2(;.*)?")) {
                        return Optional.of("v2");
                    }
                }
            }
        }
        return Optional.empty();
    }

    static String mediaType(String version) {
        return "application/json;g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList";
    }
}
