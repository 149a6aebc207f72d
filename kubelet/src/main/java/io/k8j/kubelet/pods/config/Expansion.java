package io.k8j.kubelet.pods.config;

import java.util.Map;

/** Replaces {@code $(NAME)} in commands, arguments and variables; {@code $$(NAME)} stands for {@code $(NAME)}. */
public final class Expansion {
    private Expansion() {}

    public static String expand(String text, Map<String, String> variables) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '$' || i + 1 == text.length()) {
                out.append(c);
                continue;
            }
            char next = text.charAt(i + 1);
            int end = next == '(' ? text.indexOf(')', i) : -1;
            if (next == '$') {
                out.append('$');
                i++;
            } else if (end > 0) {
                String name = text.substring(i + 2, end);
                String value = variables.get(name);
                out.append(value == null ? text.substring(i, end + 1) : value); // what is unknown stays as it is
                i = end;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
