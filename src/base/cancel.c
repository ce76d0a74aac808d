#include "cancel.h"

bool cancel_ask(cancel_check *check)
{
    const png2bmp_control *control = check ? check->control : NULL;

    if (!control || !control->cancelled)
        return false;
    check->pixels = 0;
    if (!check->is_cancelled)
        check->is_cancelled = control->cancelled(control->user);
    return check->is_cancelled;
}

png2bmp_status cancel_status(const cancel_check *check)
{
    return check && check->is_cancelled ? report_plain_error(check->report, PNG2BMP_ERR_CANCELLED)
                                        : PNG2BMP_OK;
}
