// Holds PDFs against profiles of veraPDF: java -cp CLASSPATH Validate.java 3a,ua1 FILE...
// Prints "FILE PROFILE: CLAUSE-TEST MESSAGE" for each rule that is broken, once, and "checked FILE PROFILE" for each pair.

import java.io.File;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class Validate {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (int at = 1; at < arguments.length; at++) {
            for (String profile : arguments[0].split(",")) {
                check(new File(arguments[at]), profile);
            }
        }
    }

    private static void check(File file, String profile) throws Exception {
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(profile);
        try (PDFAParser parsed = Foundries.defaultInstance().createParser(file, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            report(file.getName() + " " + profile, validator.validate(parsed));
        }
    }

    private static void report(String about, ValidationResult result) {
        TreeMap<String, String> broken = new TreeMap<>();
        for (TestAssertion one : result.getTestAssertions()) {
            if (one.getStatus() == TestAssertion.Status.FAILED) {
                String rule = one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber();
                broken.putIfAbsent(rule, one.getErrorMessage() == null ? one.getMessage() : one.getErrorMessage());
            }
        }
        broken.forEach((rule, message) -> System.out.println(about + ": " + rule + " " + message));
        if (broken.isEmpty() != result.isCompliant()) {
            System.out.println(about + ": the result contradicts the assertions");
        }
        System.out.println("checked " + about);
    }
}
