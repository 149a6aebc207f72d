package io.k8j.model.patch;

import io.k8j.model.json.Json;
import java.util.Map;

/** Reads JSON whose words need no quotes, so that tables of cases stay readable. */
public final class Loose {
    private Loose() {}

    public static Map<String, Object> map(String text) {
        return Json.parseObject(quote(text));
    }

    public static Object tree(String text) {
        return Json.parse(quote(text));
    }

    private static String quote(String text) {
        String quoted = text.replaceAll("(?<=^|[\\[{,:])([A-Za-z$/~._-][^\\[\\]{},:\"]*|-)(?=$|[\\]},:])", "\"$1\"");
        return quoted.replaceAll("\"(null|true|false)\"(?!:)", "$1");
    }
}
