"""Assignment svm: what is asked, and how answers are judged. Runs outside the box; see `grading.judging`."""

from functools import partial

from grading.box.sandbox import Limits
from grading.judging.descent import judge_descent
from grading.judging.exam import Exam
from grading.judging.linear_losses import LinearLoss
from grading.judging.pictures import rows_with_bias
from grading.judging.prediction import judge_labels
from grading.judging.questions import Part, Question
from grading.judging.selection import PAIRS, STEPS, judge_held_out, judge_search_of_pairs

ORDER, TITLE, MINUTES = 2, "Support vector machine", 180
MODULES = {
    "linear_svm": ("svm_loss_naive", "svm_loss_vectorized"),
    "linear_classifier": ("LinearClassifier", "LinearSVM"),
    "search": ("grid_search", "best_classifier"),
}
LIMITS = Limits(seconds=20, cpu_seconds=40)
#: What the mistakes of `reference.other_losses` are, in its order.
LOSS_HINTS = (
    "this is the sum over the rows; the mean is asked for",
    "it is 1 too large: the correct class is counted, whose margin is always 1; leave it out",
    "the margin of 1 is missing in max(0, s_j − s_y + 1)",
    "negative margins are added, too; they count as 0",
    "only the largest margin of each row is counted; all classes but the correct one count",
    "the difference of the scores has the wrong sign; a high score of a wrong class is what costs",
    "the margins are squared",
    "it is also divided by the number of classes; only the rows are averaged",
)
GRADIENT_HINTS = (
    "this is the sum over the rows; the mean is asked for",
    "",
    "the margin of 1 is missing in the condition s_j − s_y + 1 > 0",
    "classes with a negative margin contribute, too; the slope of max(0, …) is 0 there",
    "only the class with the largest margin contributes; all with a positive margin do",
    "the difference of the scores has the wrong sign",
    "this is the gradient of the squared margins; the slope of max(0, m) is 0 or 1",
    "it is also divided by the number of classes; only the rows are averaged",
    "the columns of the correct classes lack their term; each margin also depends on the correct class's score",
    "only the columns of the correct classes are filled; each margin also depends on the other class's score",
    "the correct class gets its term once a row; it has one for each class with a positive margin",
    "the correct class is counted as one that violates the margin; it has no term of its own",
)
#: Share of held-out pictures that the best classifier must get right, on shapes32 and on CIFAR-10 alike.
THRESHOLD = 0.28
HINGE = LinearLoss("svm_loss_naive", "svm_loss_vectorized", LOSS_HINTS, GRADIENT_HINTS, steps="scores, margins, sum")
prepare = rows_with_bias


def search(exam: Exam) -> None:
    rates, regs = (list(dict.fromkeys(values)) for values in zip(*PAIRS, strict=True))
    judge_search_of_pairs(exam, lambda put: exam.module.make("grid_search", *put, rates, regs, num_iters=STEPS))
    judge_held_out(exam, THRESHOLD)


QUESTIONS = [
    Question("q1", "The loss with loops", "linear_svm",
             (Part("data", 2, "the loss without regularisation is right"),
              Part("regularisation", 1, "the regularisation is right"),
              Part("inputs", 1, "the inputs are left as they were")), HINGE.judge_naive_loss, LIMITS),
    Question("q2", "The gradient with loops", "linear_svm",
             (Part("data", 2, "the gradient without regularisation is right"),
              Part("regularisation", 1, "the gradient of the regularisation is right")), HINGE.judge_naive_gradient,
             LIMITS),
    Question("q3", "Loss and gradient without loops", "linear_svm",
             (Part("loss", 2, "the loss is right"), Part("gradient", 2, "the gradient is right"),
              Part("speed", 1, "it is as fast as array operations are")), HINGE.judge_vectorized, LIMITS),
    Question("q4", "Stochastic gradient descent", "linear_classifier",
             (Part("history", 1, "the losses of all steps are returned"),
              Part("batches", 2, "each step sees a random batch with its labels"),
              Part("update", 2, "each step goes down the gradient")),
             partial(judge_descent, classifier="LinearSVM", standin="linear_svm",
                     losses=("svm_loss_naive", "svm_loss_vectorized")), LIMITS, ("linear_svm",)),
    Question("q5", "Prediction", "linear_classifier",
             (Part("labels", 2, "each row gets the class with the highest score"),),
             partial(judge_labels, classifier="LinearSVM"), LIMITS, ("linear_svm",)),
    Question("q6", "Hyper-parameter search", "search",
             (Part("results", 2, "each pair has its two accuracies"),
              Part("best", 1, "the validation set chooses the classifier"),
              Part("held_out", 2, f"at least {THRESHOLD:.0%} of held-out pictures are right")), search,
             Limits(seconds=180.0, cpu_seconds=180, memory_bytes=3 << 30), ("linear_svm", "linear_classifier")),
]  # fmt: skip
