package io.k8j.apiserver.http;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.authn.HeaderText;
import io.k8j.apiserver.authn.RequestHeaders;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiException;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Lets a user act as another one, if the real user may.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/">User impersonation</a>
 */
final class Impersonate implements RequestFilter {
    private static final String USER = "Impersonate-User";
    private static final String UID = "Impersonate-Uid";
    private static final String GROUP = "Impersonate-Group";
    private static final String EXTRA = "impersonate-extra-";
    private static final String START = "impersonate-";

    private final ImpersonationModes modes;

    Impersonate(Authorizer authorizer) {
        this.modes = new ImpersonationModes(authorizer);
    }

    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        if (!isAsked(exchange.requestHeaders())) {
            next.proceed(exchange);
            return;
        }
        UserInfo wanted = wanted(exchange);
        if (wanted.name().isEmpty()) {
            if (!wanted.uid().isEmpty() || !wanted.groups().isEmpty() || hasExtra(exchange.requestHeaders())) {
                throw ApiException.badRequest(
                        "requested %s without impersonating a user name".formatted(ImpersonationModes.goText(wanted)));
            }
            next.proceed(exchange);
            return;
        }
        // Nobody behind this one, such as a server that is proxied to, learns that somebody acts as another.
        for (Map.Entry<String, String> header : exchange.requestHeaders().entries()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(START)) {
                exchange.requestHeaders().remove(header.getKey());
            }
        }
        exchange.user(modes.check(wanted, exchange.facts().attributes(exchange.user(), exchange.path())));
        AuditEvent recorded = AuditEvent.current();
        if (recorded != null) recorded.impersonating(exchange.user());
        next.proceed(exchange);
    }

    /** Most requests act as nobody else, and this is all they pay. */
    private static boolean isAsked(HttpHeaders headers) {
        return headers.contains(USER) || headers.contains(UID) || headers.contains(GROUP) || hasExtra(headers);
    }

    private static boolean hasExtra(HttpHeaders headers) {
        for (String name : headers.names()) {
            if (name.regionMatches(true, 0, EXTRA, 0, EXTRA.length())) {
                return true;
            }
        }
        return false;
    }

    private static UserInfo wanted(Exchange exchange) {
        String name = exchange.header(USER);
        String uid = exchange.header(UID);
        Map<String, List<String>> extra = new LinkedHashMap<>();
        for (Map.Entry<String, String> header : exchange.requestHeaders()) {
            String key = header.getKey().toLowerCase(Locale.ROOT);
            if (key.startsWith(EXTRA)) {
                extra.computeIfAbsent(RequestHeaders.unescaped(key.substring(EXTRA.length())), k -> new ArrayList<>())
                        .add(HeaderText.received(header.getValue()));
            }
        }
        return new UserInfo(
                name == null ? "" : HeaderText.received(name),
                uid == null ? "" : HeaderText.received(uid),
                exchange.headers(GROUP).stream().map(HeaderText::received).toList(),
                extra);
    }
}
