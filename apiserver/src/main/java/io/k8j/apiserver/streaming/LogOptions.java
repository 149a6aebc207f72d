package io.k8j.apiserver.streaming;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoQuote;
import io.k8j.model.resource.GroupVersionKind;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks what a client asks of a log, before anybody looks for the Pod. */
public final class LogOptions {
    private static final GroupVersionKind KIND = new GroupVersionKind("", "v1", "PodLogOptions");

    private LogOptions() {}

    /**
     * @param pod the name in the path
     * @throws ApiException 400 for what is no number or time, 422 for values that do not fit
     */
    public static void check(String pod, Map<String, List<String>> query) {
        Long sinceSeconds = number(query, "sinceSeconds");
        boolean sinceTime = time(query);
        Long tailLines = number(query, "tailLines");
        Long limitBytes = number(query, "limitBytes");
        List<FieldError> errors = new ArrayList<>(0);
        if (tailLines != null && tailLines < 0) {
            errors.add(FieldError.invalid("tailLines", tailLines, "must be greater than or equal to 0"));
        }
        if (limitBytes != null && limitBytes < 1) {
            errors.add(FieldError.invalid("limitBytes", limitBytes, "must be greater than 0"));
        }
        if (sinceSeconds != null && sinceTime) {
            errors.add(FieldError.forbidden("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
        } else if (sinceSeconds != null && sinceSeconds < 1) {
            errors.add(FieldError.invalid("sinceSeconds", sinceSeconds, "must be greater than 0"));
        }
        if (query.containsKey("stream")) errors.add(FieldError.forbidden("stream", "may not be specified"));
        if (!errors.isEmpty()) throw ApiException.invalid(KIND, pod, errors);
    }

    private static Long number(Map<String, List<String>> query, String name) {
        if (!query.containsKey(name)) return null;
        String text = query.get(name).getFirst();
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            boolean tooLarge = text.matches("[+-]?[0-9]+");
            throw ApiException.badRequest("strconv.ParseInt: parsing %s: %s"
                    .formatted(GoQuote.quote(text), tooLarge ? "value out of range" : "invalid syntax"));
        }
    }

    /** Whether a time is given. */
    private static boolean time(Map<String, List<String>> query) {
        if (!query.containsKey("sinceTime")) return false;
        String text = query.get("sinceTime").getFirst();
        if (text.isEmpty()) return false;
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeException e) {
            throw ApiException.badRequest(
                    "parsing time %s as \"2006-01-02T15:04:05Z07:00\": cannot parse %s as \"2006\""
                            .formatted(GoQuote.quote(text), GoQuote.quote(text)));
        }
    }
}
