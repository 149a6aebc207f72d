package io.k8j.model.cel.functions;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import io.k8j.model.cel.FunctionLibrary;
import io.k8j.model.cel.Values;
import java.util.ArrayList;
import java.util.List;

/** Upstream's {@code kubernetes.regex}: find and findAll, on an engine that takes linear time. */
public final class RegexFunctions extends FunctionLibrary {
    public RegexFunctions() {
        method("find", "string_find_string", SimpleType.STRING, args -> find(args), Values.TEXT, Values.TEXT);
        ListType texts = ListType.create(SimpleType.STRING);
        method("findAll", "string_find_all_string", texts, args -> findAll(args, -1), Values.TEXT, Values.TEXT);
        method(
                "findAll",
                "string_find_all_string_int",
                texts,
                args -> findAll(args, (Long) args[2]),
                Values.TEXT,
                Values.TEXT,
                Values.INT);
    }

    private static String find(Object[] args) {
        Matcher matcher = matcher(args);
        return matcher.find() ? matcher.group() : "";
    }

    private static List<String> findAll(Object[] args, long limit) {
        Matcher matcher = matcher(args);
        List<String> found = new ArrayList<>();
        while ((limit < 0 || found.size() < limit) && matcher.find()) found.add(matcher.group());
        return found;
    }

    private static Matcher matcher(Object[] args) {
        try {
            return Pattern.compile((String) args[1]).matcher((String) args[0]);
        } catch (PatternSyntaxException e) {
            throw Values.error("Illegal regex: " + e.getMessage());
        }
    }
}
