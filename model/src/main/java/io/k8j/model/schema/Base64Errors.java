package io.k8j.model.schema;

/** Finds the place that upstream names in its error about broken base64 text. */
final class Base64Errors {
    private Base64Errors() {}

    static int position(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
            if (letter) continue;
            boolean padding = c == '=' && i % 4 >= 2 && i >= text.length() - 2;
            if (!padding) return i;
        }
        return text.length() - text.length() % 4;
    }
}
