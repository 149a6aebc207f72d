package io.k8j.apiserver.authn;

import java.nio.charset.StandardCharsets;

/**
 * Text in the values of HTTP headers. On the wire they are bytes, which the HTTP library shows as one character each;
 * those who name users there mean UTF-8.
 */
public final class HeaderText {
    private HeaderText() {}

    /** What the bytes of a value that was received say; nonsense becomes U+FFFD. */
    public static String received(String value) {
        return isAscii(value) ? value : new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The value to be sent, one character for each byte. */
    public static String toSend(String text) {
        return isAscii(text) ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static boolean isAscii(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0x7f) return false;
        }
        return true;
    }
}
