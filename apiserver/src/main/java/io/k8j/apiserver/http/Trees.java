package io.k8j.apiserver.http;

import io.k8j.model.api.ApiException;
import java.util.Map;

/** Sends documents that are trees. */
public final class Trees {
    private Trees() {}

    /**
     * Sends in the form the client accepts. There are no tables of documents, nor other transformed forms.
     *
     * @throws ApiException 406 if the client accepts none
     */
    public static void send(Exchange exchange, int code, Map<String, Object> tree) {
        for (MediaTypes.Clause clause : MediaTypes.accept(exchange.headers("Accept"))) {
            if (!clause.parameter("as").isEmpty()) continue;
            for (String form : MediaTypes.SUPPORTED) {
                if (!clause.matches(form)) continue;
                Answers.sendTree(exchange, code, tree, form);
                return;
            }
        }
        throw ApiException.notAcceptable(Negotiation.ALL_FORMS);
    }
}
