package io.k8j.apiserver.aggregation;

import io.k8j.apiserver.authn.HeaderText;
import io.k8j.apiserver.spi.UserInfo;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How this server proves to servers behind it that it may speak for users: a certificate of an authority of its own.
 *
 * @param chain the certificate first
 * @param authorityPem the authority, for those who have to trust it
 */
public record FrontProxy(PrivateKey key, List<X509Certificate> chain, String authorityPem) {
    /** The name in the certificate, which servers behind this one may ask for. */
    public static final String NAME = "front-proxy-client";

    private static final String USER = "X-Remote-User";
    private static final String UID = "X-Remote-Uid";
    private static final String GROUP = "X-Remote-Group";
    private static final String EXTRA = "X-Remote-Extra-";

    public FrontProxy {
        chain = List.copyOf(chain);
    }

    /** The headers that tell a server behind this one who asks. */
    static List<Map.Entry<String, String>> headers(UserInfo user) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        headers.add(Map.entry(USER, HeaderText.toSend(user.name())));
        if (!user.uid().isEmpty()) headers.add(Map.entry(UID, HeaderText.toSend(user.uid())));
        for (String group : user.groups()) headers.add(Map.entry(GROUP, HeaderText.toSend(group)));
        user.extra().forEach((key, values) -> {
            for (String value : values) headers.add(Map.entry(EXTRA + escape(key), HeaderText.toSend(value)));
        });
        return headers;
    }

    // Keys may be anything, header names may not.
    private static String escape(String key) {
        StringBuilder out = new StringBuilder();
        for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
            boolean token = b > 0 && (Character.isLetterOrDigit(b) || "!#$&'*+-.^_`|~".indexOf(b) >= 0);
            out.append(token ? String.valueOf((char) b) : "%%%02X".formatted(b & 0xff));
        }
        return out.toString();
    }
}
