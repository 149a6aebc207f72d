package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.cel.functions.GoUrl;
import io.k8j.model.cel.functions.UrlReference;
import io.k8j.model.validation.Names;
import java.util.List;

/** Checks the addresses of webhooks. */
public final class ClientConfigValidation {
    private ClientConfigValidation() {}

    /** Everything wrong with the address of a webhook; {@code prefix} is where it stands. */
    public static List<FieldError> check(String prefix, Place config) {
        Findings f = new Findings();
        check(f, config);
        return f.list().stream()
                .map(e ->
                        new FieldError(e.type(), e.field().isEmpty() ? prefix : prefix + "." + e.field(), e.message()))
                .toList();
    }

    static void check(Findings f, Place config) {
        Place url = config.field("url");
        Place service = config.field("service");
        if (url.present() == service.present()) {
            f.required(config, "exactly one of url or service is required");
        } else if (url.present()) {
            url(f, url);
        } else {
            service(f, service);
        }
    }

    private static void service(Findings f, Place service) {
        // Upstream takes the one for the other.
        if (service.text("namespace").isEmpty()) {
            f.required(service.field("name"));
        }
        if (service.text("name").isEmpty()) {
            f.required(service.field("namespace"));
        }
        long port = service.field("port").number(443);
        List<String> wrong = Names.portNumber(port);
        if (!wrong.isEmpty()) {
            f.invalid(service.field("port"), port, "port is not valid: " + String.join(", ", wrong));
        }
        path(f, service.field("path"));
    }

    private static void path(Findings f, Place path) {
        String text = path.text();
        if (text.isEmpty() || text.equals("/")) return;
        if (text.equals("//")) {
            f.invalid(path, text, "segment[0] may not be empty");
            return;
        }
        if (!text.startsWith("/")) {
            f.invalid(path, text, "must start with a '/'");
        }
        String steps = text.substring(1);
        if (steps.endsWith("/")) steps = steps.substring(0, steps.length() - 1);
        String[] segments = steps.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            if (segments[i].isEmpty()) {
                f.invalid(path, text, "segment[" + i + "] may not be empty");
                continue;
            }
            for (String words : Names.dns1123Subdomain(segments[i])) {
                f.invalid(path, text, "segment[" + i + "]: " + words);
            }
        }
    }

    private static void url(Findings f, Place url) {
        String form = "; desired format: https://host[/path]";
        UrlReference read;
        try {
            read = UrlReference.parse(url.text());
        } catch (GoUrl.MalformedException e) {
            f.required(url, "url must be a valid URL: " + e.getMessage() + form);
            return;
        }
        if (!read.scheme().equals("https")) {
            f.invalid(url, read.scheme(), "'https' is the only allowed URL scheme" + form);
        }
        if (read.host().isEmpty()) {
            f.invalid(url, "", "host must be specified" + form);
        }
        if (read.user() != null) {
            f.invalid(url, read.user(), "user information is not permitted in the URL");
        }
        if (!read.fragment().isEmpty()) {
            f.invalid(url, read.fragment(), "fragments are not permitted in the URL");
        }
        if (!read.query().isEmpty()) {
            f.invalid(url, read.query(), "query parameters are not permitted in the URL");
        }
    }
}
